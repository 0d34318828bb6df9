import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '@maskwatch/contracts/box';
import { detectorFigures } from './detector-figures.ts';
import { detectorSections } from './detector-sections.ts';
import type { PicturePrediction } from './prediction.ts';
import { serviceFigures } from './service-figures.ts';

const box = (x: number, size = 40): Box => [x, 0, size, size];
const sure = { mask: 0.9, no_mask: 0.06, incorrect: 0.04 };
const unsure = { mask: 0.5, no_mask: 0.3, incorrect: 0.2 };

const picture: PicturePrediction = {
  ...{ file: 'a.jpg', source: 'street', width: 640, height: 480 },
  faces: [
    { box: box(0), label: 'mask' },
    { box: box(100), label: 'no_mask' },
    { box: box(200), label: 'mask' },
    { box: box(300), label: 'incorrect' },
    { box: box(400, 20), label: 'mask' },
    { box: box(500), label: 'face' },
  ],
  detections: [
    { box: box(0), confidence: 0.9, probabilities: sure },
    { box: box(100), confidence: 0.8, probabilities: sure },
    { box: box(200), confidence: 0.7, probabilities: unsure },
    { box: box(300), confidence: 0.3, probabilities: sure },
    { box: box(400, 20), confidence: 0.9, probabilities: sure },
    { box: box(500), confidence: 0.9, probabilities: sure },
    { box: box(580), confidence: 0.9, probabilities: sure },
  ],
};
const options = { confidence: 0.4, believeFrom: 0.7, smallestFace: 32 };

test('each labelled face is judged, unknown or not found; small ones and unknown ones are left out', () => {
  const { labels, said, counts, judgedShare, rightOfJudged, strays } = serviceFigures(
    [picture],
    options,
  );

  assert.deepEqual(labels, ['mask', 'no_mask', 'incorrect']);
  assert.deepEqual(said, ['mask', 'no_mask', 'incorrect', 'unknown', 'not found']);
  assert.deepEqual(counts, [
    [1, 0, 0, 1, 0],
    [1, 0, 0, 0, 0],
    [0, 0, 0, 0, 1],
  ]);
  assert.deepEqual([judgedShare, rightOfJudged], [2 / 3, 1 / 2]);
  assert.deepEqual(strays, { boxes: 1, judged: 1 });
});

test('a report of a pipeline has tables by size and source and the matrix of the service', () => {
  const figures = detectorFigures([picture], {
    ...{ threshold: 0.4, believeFrom: 0.7, resamples: 20 },
    states: ['mask', 'no_mask', 'incorrect'],
  });
  const sections = detectorSections(figures, serviceFigures([picture], options));

  assert.deepEqual(
    sections.map(({ title, kind }) => [title, kind]),
    [
      ['Figures', 'facts'],
      ['By size', 'table'],
      ['Found at all', 'table'],
      ['By source', 'table'],
      ['As the service judges', 'matrix'],
    ],
  );
  const bySize = sections[1];
  assert.ok(bySize?.kind === 'table');
  assert.deepEqual(bySize.rows[0]?.slice(0, 2), ['face from 16 px', '6']);
  assert.deepEqual(bySize.rows[2]?.slice(2, 5), ['-', '', '-']);
});
