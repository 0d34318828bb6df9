import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '@maskwatch/contracts/box';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import { classifierDifferences, detectorDifferences, differenceText } from './comparison.ts';
import type { PicturePrediction, Prediction } from './prediction.ts';

const classes: JudgedState[] = ['mask', 'no_mask'];

/** 200 faces, half of them masked; every nth is said wrongly. */
function judged(everyNth: number): Prediction[] {
  return Array.from({ length: 200 }, (_, n): Prediction => {
    const label = n % 2 === 0 ? 'mask' : 'no_mask';
    const right = n % everyNth !== 0;
    const mask = (label === 'mask') === right ? 0.9 : 0.1;
    const probabilities = { mask, no_mask: 1 - mask };
    return { file: `${n}.jpg`, source: 'street', label, probabilities, size: 40 };
  });
}

test('a model is not different from itself', () => {
  const set = { predictions: judged(7), classes };
  const [accuracy, balanced] = classifierDifferences(set, set);

  assert.deepEqual(
    [accuracy, balanced].map((one) => [one?.figure, one?.difference, one?.verdict]),
    [
      ['accuracy', 0, 'no difference'],
      ['balanced accuracy', 0, 'no difference'],
    ],
  );
});

test('a clear lead is told with its interval, from either side', () => {
  const good = { predictions: judged(51), classes };
  const bad = { predictions: judged(4), classes };
  const [ahead] = classifierDifferences(good, bad);
  const [behind] = classifierDifferences(bad, good);

  // 4 wrong of 200 against 50.
  assert.ok(Math.abs(ahead!.difference - 46 / 200) < 1e-9);
  assert.equal(ahead!.verdict, 'better');
  assert.equal(behind!.verdict, 'worse');
  assert.match(
    differenceText(ahead!),
    /^accuracy: 0\.980 against 0\.750, better by 0\.230 \(0\.1\d\d to 0\.2\d\d\)$/,
  );
  assert.match(differenceText(behind!), /worse by 0\.230 \(0\.1\d\d to 0\.2\d\d\)$/);
});

test('a lead of one face in 200 is called no difference', () => {
  const one = { predictions: judged(40), classes };
  const other = { predictions: judged(34), classes };
  const [found] = classifierDifferences(one, other);

  assert.notEqual(found!.difference, 0);
  assert.match(
    differenceText(found!),
    /no difference: \+0\.005 lies between -0\.\d+ and \+0\.\d+$/,
  );
});

test('two and three classes are compared on the labels that both can say', () => {
  const two = judged(7);
  const wrongly: Prediction = { ...two[0]!, file: 'x.jpg', label: 'incorrect' };
  const three = [...two, wrongly].map((one) => ({
    ...one,
    probabilities: { ...one.probabilities, incorrect: 0 },
  }));
  const [accuracy] = classifierDifferences(
    { predictions: three, classes: [...classes, 'incorrect'] },
    { predictions: [...two, wrongly], classes },
  );

  assert.equal(accuracy?.difference, 0);
});

/** Thirty pictures with one face each; the detector finds all but every nth. */
function found(everyNth: number): PicturePrediction[] {
  const box: Box = [10, 10, 40, 40];
  return Array.from({ length: 30 }, (_, n) => ({
    ...{ file: `${n}.jpg`, source: 'street', width: 100, height: 100 },
    faces: [{ box, label: 'mask' as const }],
    detections: n % everyNth === 0 ? [] : [{ box, confidence: 0.9 - n / 100 }],
  }));
}

test('detectors are compared by their average precision', () => {
  const [face] = detectorDifferences(found(31), found(3), { states: [] });

  assert.equal(face?.figure, 'AP of face from 16 px');
  assert.ok(Math.abs(face.value - 29 / 30) < 1e-9 && Math.abs(face.against - 20 / 30) < 1e-9);
  assert.equal(face.verdict, 'better');
});
