import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DetectorClass } from '@maskwatch/contracts/model';
import { readClasses } from './class-scores.ts';

const cases: [why: string, DetectorClass[], number[], unknown][] = [
  ['a face says nothing of the mask', ['face'], [0.8], { score: 0.8 }],
  [
    'states share what they have',
    ['mask', 'no_mask'],
    [0.375, 0.125],
    { score: 0.375, probabilities: { mask: 0.75, no_mask: 0.25 } },
  ],
  [
    'two classes of one state are added, the likeliest alone is the score',
    ['mask', 'mask', 'no_mask'],
    [0.25, 0.25, 0.5],
    { score: 0.5, probabilities: { mask: 0.5, no_mask: 0.5 } },
  ],
  ['what is likeliest ignored is dropped', ['mask', 'ignore'], [0.4, 0.5], undefined],
  [
    'what is less likely ignored stays, and is no state',
    ['mask', 'ignore'],
    [0.5, 0.4],
    { score: 0.5, probabilities: { mask: 1 } },
  ],
  [
    'a face that is likelier than its states stays a face with states',
    ['face', 'mask'],
    [0.9, 0.1],
    { score: 0.9, probabilities: { mask: 1 } },
  ],
  ['states without a score say nothing', ['face', 'mask'], [0.9, 0], { score: 0.9 }],
  ['a score that is no number drops all', ['mask', 'no_mask'], [0.9, Number.NaN], undefined],
];

for (const [why, classes, scores, expected] of cases) {
  test(why, () => assert.deepEqual(readClasses(scores, classes), expected));
}
