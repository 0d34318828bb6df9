import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DarknetWeights } from './darknet-weights.ts';

const ONE = { filters: 1, channels: 2, size: 1, batchNorm: false };

function file(values: number[], version = [0, 2]): Buffer {
  const [major = 0, minor = 0] = version;
  const seen = major * 10 + minor >= 2 ? [0, 0] : [0];
  const header = Int32Array.of(major, minor, 0, ...seen);
  return Buffer.concat([header, Float32Array.from(values)].map((a) => Buffer.from(a.buffer)));
}

test('bias comes before the weights, and nothing is left over', () => {
  const weights = new DarknetWeights(file([0.5, 1, 2]));

  const layer = weights.convolution(ONE);

  assert.deepEqual([...layer.bias], [0.5]);
  assert.deepEqual([...layer.weights], [1, 2]);
  weights.finish();
});

test('batch norm is folded: scale over the root of the variance, and the mean into the bias', () => {
  const weights = new DarknetWeights(file([10, 3, 2, 4, 1, -1]));

  const layer = weights.convolution({ ...ONE, batchNorm: true });

  assert.ok(Math.abs(layer.weights[0]! - 1.5) < 1e-5);
  assert.ok(Math.abs(layer.weights[1]! + 1.5) < 1e-5);
  assert.ok(Math.abs(layer.bias[0]! - (10 - 2 * 1.5)) < 1e-5);
});

test('files from before version 0.2 have a shorter header', () => {
  const weights = new DarknetWeights(file([0.5, 1, 2], [0, 1]));

  assert.deepEqual([...weights.convolution(ONE).weights], [1, 2]);
  weights.finish();
});

test('bytes that lie anywhere in a larger buffer are read', () => {
  const inside = Buffer.concat([Buffer.from([9]), file([0.5, 1, 2]), Buffer.from([9])]);
  const weights = new DarknetWeights(inside.subarray(1, -1));

  assert.deepEqual([...weights.convolution(ONE).weights], [1, 2]);
});

test('weights that are too short are refused by how many numbers', () => {
  const weights = new DarknetWeights(file([0.5, 1]));
  weights.convolution(ONE);
  weights.convolution(ONE);

  assert.throws(() => weights.finish(), /it is 4 numbers too short \(2 are there\)/);
});

test('weights that are too long are refused by how many numbers', () => {
  const weights = new DarknetWeights(file([0.5, 1, 2, 3, 4]));
  weights.convolution(ONE);

  assert.throws(() => weights.finish(), /it is 2 numbers too long \(3 were used\)/);
});

test('what is no weights file is refused', () => {
  const text = Buffer.from('<!doctype html><title>not found</title>');

  assert.throws(() => new DarknetWeights(text), /its header names version/);
  assert.throws(() => new DarknetWeights(Buffer.alloc(4)), /4 bytes are less than a header/);
  assert.throws(() => new DarknetWeights(file([1]).subarray(0, -1)), /ends within a number/);
});
