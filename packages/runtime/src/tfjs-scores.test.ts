import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { openBackend } from './tfjs-backend.ts';
import { lastStepOfGraph, lastStepOfLayers, logitsOfScores } from './tfjs-scores.ts';

before(async () => {
  await openBackend(async () => undefined, ['cpu']);
});

const rounded = (values: Float32Array) => [...values].map((value) => Number(value.toFixed(4)));

test('logits come of scores by what stands at the end', () => {
  // ln 0.8, ln 0.2; their softmax is 0.8 and 0.2 again.
  assert.deepEqual(
    rounded(logitsOfScores(Float32Array.of(0.8, 0.2), 'softmax')),
    [-0.2231, -1.6094],
  );
  assert.deepEqual(rounded(logitsOfScores(Float32Array.of(3, -1), 'none')), [3, -1]);
  // One unit is the second of two classes: ln (0.8 / 0.2).
  assert.deepEqual(rounded(logitsOfScores(Float32Array.of(0.8), 'sigmoid')), [0, 1.3863]);
  assert.deepEqual(rounded(logitsOfScores(Float32Array.of(2), 'none')), [0, 2]);
});

test('a share of nothing or of all stays a number', () => {
  const sure = logitsOfScores(Float32Array.of(1, 0), 'softmax');
  const [, second] = logitsOfScores(Float32Array.of(1), 'sigmoid');
  assert.ok([...sure, second!].every(Number.isFinite));
  assert.ok(sure[1]! < -27 && second! > 27);
});

test('the last step of layers is found through nested models and layers that carry on', () => {
  const dense = (activation: 'softmax' | 'sigmoid' | 'linear', units = 2) =>
    layers.dense({ units, activation, inputShape: [4] });
  const nested = sequential({
    layers: [sequential({ layers: [dense('softmax')] }), layers.reshape({ targetShape: [2] })],
  });
  const cases: [string, LayersModel, string][] = [
    ['a dense layer with softmax', sequential({ layers: [dense('softmax')] }), 'softmax'],
    [
      'a layer of its own',
      sequential({ layers: [dense('linear'), layers.softmax({})] }),
      'softmax',
    ],
    [
      'an activation',
      sequential({ layers: [dense('linear'), layers.activation({ activation: 'sigmoid' })] }),
      'sigmoid',
    ],
    ['logits', sequential({ layers: [dense('linear')] }), 'none'],
    ['a model in a model, reshaped', nested, 'softmax'],
  ];
  for (const [what, network, last] of cases) assert.equal(lastStepOfLayers(network), last, what);
});

test('the last step of a graph is found behind nodes that carry on, or joined to a product', () => {
  const node = (name: string, op: string, ...more: string[]) => ({ name, op, input: more });
  const behind = [
    node('d', 'MatMul', 'x', 'w'),
    node('s', 'Softmax', 'd'),
    node('Identity', 'Identity', 's:0'),
  ];
  const sigmoid = Buffer.from('Sigmoid').toString('base64');
  const joined = {
    ...node('d', '_FusedMatMul', 'x'),
    attr: { fused_ops: { list: { s: ['Qmlhc0FkZA==', sigmoid] } } },
  };

  assert.equal(lastStepOfGraph(behind, 'Identity:0'), 'softmax');
  assert.equal(lastStepOfGraph([joined], 'd'), 'sigmoid');
  assert.equal(lastStepOfGraph(behind.slice(0, 1), 'd'), 'none');
  assert.equal(
    lastStepOfGraph([node('a', 'Identity', 'b'), node('b', 'Identity', 'a')], 'a'),
    'none',
  );
  assert.equal(lastStepOfGraph([], 'gone'), 'none');
});
