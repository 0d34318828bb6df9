import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readOnnx } from '@maskwatch/onnx/onnx-reader';
import { loadModel } from '@maskwatch/runtime/registry';
import { openSession } from '@maskwatch/runtime/session';
import { mobilenetv2Features } from './mobilenetv2-graph.ts';
import type { NpyArray } from './npz.ts';

const loaded = await loadModel('mobilenetv2-imagenet');

/** The weights that the shipped file holds, as the .npz names them. */
function shippedWeights(): Map<string, NpyArray> {
  const { initializers } = readOnnx(readFileSync(loaded.path));
  return new Map(
    initializers.flatMap(({ name, dims, type, data }) =>
      type === 'float' ? [[name, { shape: dims, data }] as const] : [],
    ),
  );
}

test('the graph of the paper: 52 convolutions, ten sums, stride 32', () => {
  const { nodes } = mobilenetv2Features('x', shippedWeights());
  const count = (op: string) => nodes.filter((node) => node.op === op).length;

  assert.deepEqual([count('Conv'), count('Add'), count('Clip')], [52, 10, 35]);
});

test('weights that lack a layer are refused by its name', () => {
  const weights = shippedWeights();
  weights.delete('conv51.bias');

  assert.throws(() => mobilenetv2Features('x', weights), /no conv51\.bias/);
});

test('pictures of any size give 1,280 features', async () => {
  const session = await openSession(loaded);
  for (const [width, height] of [
    [32, 32],
    [112, 112],
    [75, 97],
  ] as const) {
    const planes = new Uint8Array(3 * width * height).fill(128);
    const { features } = await session.run({ planes, count: 1, width, height, colour: 'rgb' });
    assert.deepEqual(features!.shape, [1, 1280]);
    assert.ok(features!.data.every((value) => value >= 0 && value <= 6));
  }
  await session.release();
});
