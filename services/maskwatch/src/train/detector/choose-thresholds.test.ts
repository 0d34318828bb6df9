import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Detection } from '@maskwatch/contracts/detection';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import type { PicturePrediction } from '@maskwatch/training/evaluation/prediction';
import { chooseThresholds } from './choose-thresholds.ts';

const thresholds = { confidence: 0.4, pixelate: 0.1, iou: 0.45 };
const judges = { threshold: 0.5, smallestFace: 32 };
const face = [10, 10, 40, 40] as const;
const elsewhere = [100, 100, 40, 40] as const;

function picture(
  detections: Detection[],
  label: JudgedState | 'face' = 'face',
  faces = 1,
): PicturePrediction {
  const labelled = Array.from({ length: faces }, () => ({ box: face, label }));
  return { file: 'a', source: 'a', width: 200, height: 200, faces: labelled, detections };
}

test('takes the confidence that parts faces from what is none', () => {
  const pictures = Array.from({ length: 20 }, (_, n) =>
    picture([
      { box: face, confidence: 0.62 + 0.01 * n },
      { box: elsewhere, confidence: 0.2 + 0.01 * n },
    ]),
  );

  const chosen = chooseThresholds(pictures, { thresholds });

  assert.deepEqual(chosen, { thresholds: { confidence: 0.4, pixelate: 0.1, iou: 0.45 } });
});

test('a detector that is unsure of every face gets a low confidence', () => {
  const unsure = Array.from({ length: 20 }, () =>
    picture([
      { box: face, confidence: 0.18 },
      { box: elsewhere, confidence: 0.12 },
    ]),
  );

  assert.equal(chooseThresholds(unsure, { thresholds }).thresholds.confidence, 0.15);
});

test('keeps the confidence where no face is labelled', () => {
  const empty = [picture([{ box: elsewhere, confidence: 0.9 }], 'face', 0)];

  assert.equal(chooseThresholds(empty, { thresholds }).thresholds.confidence, 0.4);
});

test('a detector that judges is believed from where its judgements are right', () => {
  const look = (mask: number, label: JudgedState) =>
    picture([{ box: face, confidence: 0.9, probabilities: { mask, no_mask: 1 - mask } }], label);
  const sure = Array.from({ length: 40 }, () => look(0.93, 'mask'));
  const wrong = Array.from({ length: 10 }, () => look(0.72, 'no_mask'));

  assert.equal(chooseThresholds(sure, { thresholds, judges }).judges?.threshold, 0.5);
  assert.equal(
    chooseThresholds([...sure, ...wrong], { thresholds, judges }).judges?.threshold,
    0.75,
  );
  assert.equal(chooseThresholds(wrong, { thresholds, judges }).judges?.threshold, 0.9);
});
