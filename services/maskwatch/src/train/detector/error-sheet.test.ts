import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PicturePrediction } from '@maskwatch/training/evaluation/prediction';
import { markedPictures } from './error-sheet.ts';

const found = [10, 10, 40, 40] as const;
const missed = [100, 10, 40, 40] as const;
const elsewhere = [10, 100, 40, 40] as const;
const size = { width: 200, height: 200, source: 'a' };

test('faults are told apart by the line, and the worst picture comes first', () => {
  const good: PicturePrediction = {
    ...{ ...size, file: 'good', faces: [{ box: found, label: 'mask' }] },
    detections: [{ box: found, confidence: 0.9, probabilities: { mask: 0.9, no_mask: 0.1 } }],
  };
  const bad: PicturePrediction = {
    ...{ ...size, file: 'bad' },
    faces: [
      { box: found, label: 'no_mask' },
      { box: missed, label: 'mask' },
      // Too small to be asked for.
      { box: [180, 180, 10, 10], label: 'mask' },
    ],
    detections: [
      { box: found, confidence: 0.8, probabilities: { mask: 0.7, no_mask: 0.3 } },
      { box: elsewhere, confidence: 0.6, probabilities: { mask: 0.6, no_mask: 0.4 } },
      { box: missed, confidence: 0.3, probabilities: { mask: 0.9, no_mask: 0.1 } },
    ],
  };

  const [first, second] = markedPictures([good, bad], 0.5);

  assert.deepEqual(
    first!.boxes.map(({ state, label }) => [state, label]),
    [
      ['unknown', 'missed'],
      ['incorrect', 'mask 0.80'],
      ['no_mask', 'mask 0.60'],
    ],
  );
  assert.deepEqual([first!.missed, first!.wrongState, first!.nothingThere], [1, 1, 1]);
  assert.deepEqual(
    second!.boxes.map(({ state }) => state),
    ['mask'],
  );
});

test('on a picture whose source misses faces a box is no fault', () => {
  const partial: PicturePrediction = {
    ...{ ...size, file: 'a', faces: [], partial: true },
    detections: [{ box: found, confidence: 0.9 }],
  };

  assert.equal(markedPictures([partial], 0.5)[0]!.nothingThere, 0);
});
