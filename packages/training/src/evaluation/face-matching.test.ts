import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '@maskwatch/contracts/box';
import { averagePrecision, lowestGoodThreshold, precisionRecall } from './average-precision.ts';
import { matchFaces } from './face-matching.ts';
import { tally, wantedOf } from './tally.ts';

const ALL = [0, Number.POSITIVE_INFINITY] as const;
const left: Box = [0, 0, 20, 20];
const right: Box = [100, 0, 20, 20];
const mask = { box: left, label: 'mask' as const };
const bare = { box: right, label: 'no_mask' as const };

test('the surest detection takes a face, a second one on it is false', () => {
  const found = [
    { box: left, confidence: 0.5 },
    { box: left, confidence: 0.9 },
  ];

  const { detections } = matchFaces(found, [mask, bare], 0.5);

  assert.deepEqual(
    detections.map(({ detection, face }) => [detection.confidence, face?.label]),
    [
      [0.9, 'mask'],
      [0.5, undefined],
    ],
  );
});

test('precision and recall count detections from the threshold on', () => {
  const found = [
    { box: left, confidence: 0.9 },
    { box: [50, 50, 20, 20] as Box, confidence: 0.6 },
    { box: right, confidence: 0.3 },
  ];
  const counts = tally([matchFaces(found, [mask, bare], 0.5)], ALL);

  assert.deepEqual(precisionRecall(counts, 0.5), { precision: 0.5, recall: 0.5 });
  assert.deepEqual(precisionRecall(counts, 0.3), { precision: 2 / 3, recall: 1 });
});

test('average precision is the area under the best precision at each recall or above', () => {
  const found = [
    { box: left, confidence: 0.9 },
    { box: [50, 50, 20, 20] as Box, confidence: 0.6 },
    { box: right, confidence: 0.3 },
  ];
  const counts = tally([matchFaces(found, [mask, bare], 0.5)], ALL);

  assert.ok(Math.abs(averagePrecision(counts)! - (0.5 * 1 + 0.5 * (2 / 3))) < 1e-9);
});

test('faces outside the range, and those to be ignored, are neither asked nor punished', () => {
  const ignored = { ...bare, ignore: true };
  const small = { box: [200, 0, 8, 8] as Box, label: 'mask' as const };
  const found = [mask, ignored, small].map(({ box }) => ({ box, confidence: 0.9 }));

  const counts = tally([matchFaces(found, [mask, ignored, small], 0.5)], [16, 64]);

  assert.equal(wantedOf(counts), 1);
  assert.deepEqual(
    counts.rows.map(({ confidence, hit }) => [confidence, hit]),
    [[0.9, true]],
  );
});

test('of thresholds that are nearly as good the lowest is taken', () => {
  const row = (confidence: number, hit: boolean) => ({
    ...{ score: confidence, confidence, hit, picture: 0 },
  });
  const counts = {
    wanted: [3],
    rows: [row(0.9, true), row(0.8, true), row(0.4, true), row(0.2, false)],
  };

  assert.equal(lowestGoodThreshold(counts, [0.1, 0.3, 0.5], 0), 0.3);
  assert.equal(lowestGoodThreshold(counts, [0.1, 0.3, 0.5], 0.2), 0.1);
});
