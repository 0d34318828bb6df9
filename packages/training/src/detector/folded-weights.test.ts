import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertDarknet } from '@maskwatch/onnx/darknet-to-graph';
import { foldedWeights } from './folded-weights.ts';

const cfg = `[net]
channels=3
[convolutional]
batch_normalize=1
filters=4
size=3
stride=2
pad=1
activation=relu
[convolutional]
filters=6
size=1
activation=linear
[yolo]
mask=0
anchors=8,8
classes=1
`;

/** Bias, scale, mean, variance and kernels of the first layer, bias and kernels of the second. */
function randomFile(): Uint8Array {
  const numbers = 4 * 4 + 4 * 27 + 6 + 6 * 4;
  const file = new Uint8Array(20 + 4 * numbers);
  const view = new DataView(file.buffer);
  view.setInt32(4, 2, true);
  for (let n = 0; n < numbers; n += 1) {
    view.setFloat32(20 + 4 * n, 0.2 + ((n * 37) % 101) / 101, true);
  }
  return file;
}

test('a network goes from ONNX back to .weights and computes the same', () => {
  const { graph } = convertDarknet(cfg, randomFile());

  const again = convertDarknet(cfg, foldedWeights(cfg, graph)).graph;

  const values = (from: typeof graph) => from.initializers.map(({ name, data }) => [name, data]);
  for (const [n, [name, data]] of values(again).entries()) {
    const [wanted, before] = values(graph)[n]!;
    assert.equal(name, wanted);
    (data as Float32Array).forEach((value, i) => {
      assert.ok(Math.abs(value - (before as Float32Array)[i]!) < 1e-6, `${name} ${i}`);
    });
  }
});

test('a graph of another cfg is refused with the layer', () => {
  const { graph } = convertDarknet(cfg, randomFile());

  assert.throws(
    () => foldedWeights(cfg.replace('filters=4', 'filters=5'), graph),
    /layer 0, line 3: 4 filters, not 5/,
  );
  const longer = cfg.replace('[yolo]', '[conv]\nfilters=6\nsize=1\nactivation=linear\n[yolo]');
  assert.throws(() => foldedWeights(longer, graph), /layer2\/weights is missing/);
});
