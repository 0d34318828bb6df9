import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DetectorModel } from '@maskwatch/contracts/model';
import { candidatesOf } from './detector-outputs.ts';
import type { RawOutput } from './onnx-results.ts';
import { loadDetector, modelsFolder } from './registry.ts';

const shipped = (await loadDetector('face-yolov4-mobilenetv2', modelsFolder({}))).model;
const looked = { width: 64, height: 32, minConfidence: 0.5 };

function zeros(...shape: number[]): RawOutput {
  return { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
}

/** What a YuNet gives for 64x32, with one face in the second cell of stride 32. */
function yunetOutputs(): Record<string, RawOutput> {
  const outputs: Record<string, RawOutput> = {};
  for (const stride of [8, 16, 32]) {
    const cells = (64 / stride) * (32 / stride);
    outputs[`cls_${stride}`] = zeros(1, cells, 1);
    outputs[`obj_${stride}`] = zeros(1, cells, 1);
    outputs[`bbox_${stride}`] = zeros(1, cells, 4);
  }
  outputs.cls_32!.data[1] = 1;
  outputs.obj_32!.data[1] = 1;
  return outputs;
}

const yunet: DetectorModel = { ...shipped, layout: 'yunet', heads: [] };
const yolov8: DetectorModel = {
  ...{ ...shipped, layout: 'yolov8', heads: [] },
  classes: ['mask', 'no_mask'],
};

test('the maps of YuNet are found by their names', () => {
  const found = candidatesOf(yunetOutputs(), { model: yunet, ...looked });
  assert.deepEqual(found, [{ box: [32 - 16, 0 - 16, 32, 32], confidence: 1 }]);
});

test('the predictions of YOLOv8 have any number of cells', () => {
  const predictions = zeros(1, 6, 5);
  predictions.data.set([8, 8, 4, 4, 0.75, 0.25].flatMap((value) => [value, 0, 0, 0, 0]));
  const found = candidatesOf({ predictions }, { model: yolov8, ...looked });
  assert.deepEqual(found, [
    { box: [6, 6, 4, 4], confidence: 0.75, probabilities: { mask: 0.75, no_mask: 0.25 } },
  ]);
});

for (const [why, model, outputs, message] of [
  [
    'a head of too many channels',
    shipped,
    { head8: zeros(1, 21, 4, 8) },
    /head8 of face-yolov4-mobilenetv2 has the shape 1x21x4x8, not 1x18x4x8/,
  ],
  ['a map of another size', shipped, { head8: zeros(1, 18, 8, 4) }, /1x18x8x4, not 1x18x4x8/],
  ['another number of classes', yolov8, { predictions: zeros(1, 5, 9) }, /1x5x9, not 1x6xn/],
  ['a row too many dimensions', yolov8, { predictions: zeros(1, 1, 6, 9) }, /1x1x6x9, not/],
  [
    'another number of cells',
    yunet,
    { ...yunetOutputs(), bbox_16: zeros(1, 9, 4) },
    /bbox_16 of .* 1x9x4, not 1x8x4/,
  ],
] as const) {
  test(`${why} is a problem that says what was expected`, () => {
    const run = () => candidatesOf(outputs, { model, ...looked });
    assert.throws(run, { code: 'inference-output', message });
  });
}

test('an output that is not there is named', () => {
  const run = () => candidatesOf({}, { model: yolov8, ...looked });
  assert.throws(run, { code: 'model-output', message: /no output predictions/ });
});

test('nonsense in every value finds nothing', () => {
  const predictions = zeros(1, 6, 5);
  predictions.data.fill(Number.NaN);
  assert.deepEqual(candidatesOf({ predictions }, { model: yolov8, ...looked }), []);
});
