import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '@maskwatch/contracts/box';
import type { Detection } from '@maskwatch/contracts/detection';
import type { Probabilities } from '@maskwatch/contracts/mask-state';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import { loadPair, modelsOf } from '@maskwatch/runtime/model-pair';
import { modelsFolder } from '@maskwatch/runtime/registry';
import { fillCrop } from '@maskwatch/vision/crops';
import { rgbPicture } from '@maskwatch/vision/picture';
import { PictureJudge, type PictureJudgeOptions } from './picture-judge.ts';

const names = { detector: 'face-yolov4-mobilenetv2', classifier: 'mask-mobilenetv2' };
const { detector, classifier } = modelsOf(await loadPair(names, modelsFolder({})));
const bytes = new Uint8Array(3 * 200 * 100).map((_, n) => (n * 7) % 251);
const picture = rgbPicture(bytes, 200, 100);
const box: Box = [20, 10, 40, 60];

/** Finds and says what the test says, and keeps what it was shown. */
function scripted({ found, said = {} }: { found: Detection[]; said?: Probabilities }) {
  const shown: { input?: number[]; crops?: Uint8Array } = {};
  const queue: InferenceQueue = {
    async detect({ width, height }) {
      shown.input = [width, height];
      return found;
    },
    async classify({ crops, count }) {
      shown.crops = crops.slice();
      return Array.from({ length: count }, () => said);
    },
    status: () => ({ workers: [], queued: 0, refused: 0, failed: 0 }),
    async close() {},
  };
  return { queue, shown };
}

const judge = (
  queue: InferenceQueue,
  models: Omit<PictureJudgeOptions, 'queue' | 'inputSize' | 'minConfidence'>,
) =>
  new PictureJudge({ queue, inputSize: models.detector.input.size, minConfidence: 0.4, ...models });

test('what a detector says by itself is believed by its own limits, and no crop is cut', async () => {
  const judges = { threshold: 0.6, smallestFace: 40 };
  const found: Detection[] = [
    { box, confidence: 0.9, probabilities: { mask: 0.65, no_mask: 0.35 } },
    { box, confidence: 0.9, probabilities: { mask: 0.55, no_mask: 0.45 } },
    { box: [0, 0, 30, 30], confidence: 0.9, probabilities: { mask: 0.9, no_mask: 0.1 } },
    { box, confidence: 0.9 },
  ];
  const { queue, shown } = scripted({ found });

  const faces = await judge(queue, { detector: { ...detector, judges } }).judge(picture);

  assert.deepEqual(
    faces.map(({ label, judged }) => [label, judged]),
    [
      ['mask', true],
      ['mask', false],
      ['mask', false],
      ['face', false],
    ],
  );
  assert.equal(shown.crops, undefined);
});

test('a classifier that asks for the box itself gets it stretched', async () => {
  const crop = { shape: 'box', side: 1.2 } as const;
  const { queue, shown } = scripted({ found: [{ box, confidence: 0.9 }], said: { mask: 1 } });

  await judge(queue, { detector, classifier: { ...classifier!, crop } }).judge(picture);

  const expected = new Uint8Array(3 * 112 * 112);
  fillCrop(picture, box, { ...crop, size: 112, target: expected });
  assert.equal(Buffer.compare(shown.crops!.subarray(0, expected.length), expected), 0);
});

test('a detector of one input shape gets it', async () => {
  const input = { ...detector.input, size: 320, square: true };
  const { queue, shown } = scripted({ found: [] });

  await judge(queue, { detector: { ...detector, input }, classifier: classifier! }).judge(picture);

  assert.deepEqual(shown.input, [320, 320]);
});
