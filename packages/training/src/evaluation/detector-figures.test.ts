import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '@maskwatch/contracts/box';
import { JudgedState } from '@maskwatch/contracts/mask-state';
import { type DetectorRow, detectorFigures } from './detector-figures.ts';
import type { PicturePrediction } from './prediction.ts';
import { madeUpPictures, type ScorerRow } from './testing/made-up-pictures.ts';

const made = madeUpPictures();
const { threshold } = made.figures;
const options = { threshold, states: JudgedState.options, believeFrom: 0.7, resamples: 50 };
const figures = detectorFigures(made.pictures, options);

/** The scorer's name of a row; the bands that it does not have get names that it does not have. */
function scorerName({ of, low, high, source }: DetectorRow): string {
  if (source !== undefined) return `${of} ${low}+ px, source ${source}`;
  if (high !== undefined) return `${of} ${low}-${high} px`;
  return of === 'face' && low === 64 ? 'face 64+ px (band)' : `${of} ${low}+ px`;
}

function assertAgree(rows: readonly DetectorRow[], given: Record<string, ScorerRow>): string[] {
  const compared: string[] = [];
  for (const row of rows) {
    const name = scorerName(row);
    const other = given[name];
    if (other === undefined) continue;
    compared.push(name);
    assert.equal(row.faces, other.faces, name);
    // From 8 to 16 px only the recall is told.
    const keys = row.high === 16 ? (['recall'] as const) : (['ap', 'precision', 'recall'] as const);
    for (const key of keys) {
      const difference = Math.abs((row[key] ?? -1) - (other[key] ?? -1));
      assert.ok(difference < 0.002, `${name}, ${key}: ${row[key]} and ${other[key]}`);
    }
  }
  return compared;
}

test('every row that the other scorer has agrees with it', () => {
  const given = made.figures.overlap_0_5;
  const compared = assertAgree(figures.rows, given);

  const wanted = Object.keys(given).filter((name) => name !== 'pictures' && name !== 'missing');
  assert.deepEqual(compared.toSorted(), wanted.toSorted());
});

test('found at all agrees with the other scorer at an overlap of 0.35', () => {
  const compared = assertAgree(figures.found, made.figures.overlap_0_35);

  assert.ok(compared.length >= 8, compared.join(', '));
});

const box: Box = [0, 0, 20, 20];
const stray: Box = [100, 100, 30, 30];

function picture(faces: Box[], found: [Box, number][]): PicturePrediction {
  return {
    ...{ file: 'a.jpg', source: 'street', width: 200, height: 200 },
    faces: faces.map((one) => ({ box: one, label: 'mask' })),
    detections: found.map(([one, confidence]) => ({
      ...{ box: one, confidence },
      probabilities: { mask: 0.9, no_mask: 0.1 },
    })),
  };
}

test('pictures without a face count what is found there, and what would be believed', () => {
  const pictures = [
    picture([], [[stray, 0.5]]),
    picture([], [[stray, 0.2]]),
    picture([box], [[stray, 0.9]]),
    { ...picture([], [[stray, 0.9]]), partial: true },
  ];

  assert.deepEqual(detectorFigures(pictures, options).noFace, {
    ...{ pictures: 2, detections: 1, perThousand: 500, judged: 1 },
  });
});

test('what is not labelled on a partly labelled picture is no false detection', () => {
  const whole = picture(
    [box],
    [
      [box, 0.9],
      [stray, 0.95],
    ],
  );
  const precision = (one: PicturePrediction) =>
    detectorFigures([one], options).rows.find(({ of }) => of === 'face')?.precision;

  assert.equal(precision(whole), 0.5);
  assert.equal(precision({ ...whole, partial: true }), 1);
});

test('a set without faces has rows without values', () => {
  const { faceAp, rows } = detectorFigures([picture([], [])], options);

  assert.equal(faceAp, undefined);
  assert.ok(rows.every(({ ap, interval }) => ap === undefined && interval === undefined));
});

test('the interval holds the figure', () => {
  const { ap, interval } = figures.rows[0]!;

  assert.ok(interval![0] < ap! && ap! < interval![1]);
});
