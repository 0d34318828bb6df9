import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import { checkedClasses, checkSides } from './check-classes.ts';

const labels = (counts: Partial<Record<JudgedState, number>>) =>
  Object.entries(counts).flatMap(([state, count]) => Array(count).fill(state as JudgedState));

test('the classes come in the order of the product', () => {
  assert.deepEqual(checkedClasses(labels({ incorrect: 10, no_mask: 30, mask: 20 }), 'data'), [
    ...['mask', 'no_mask', 'incorrect'],
  ]);
});

test('what cannot be learned from says why and what to do', () => {
  assert.throws(() => checkedClasses(labels({ mask: 50 }), 'data'), {
    code: 'data-one-class',
    message: 'data has only the class mask (50 faces).',
    action: /another class/,
  });
  assert.throws(() => checkedClasses(labels({ mask: 50, no_mask: 9 }), 'data'), {
    code: 'data-few',
    message: 'no_mask has 9; each class needs at least 10 pictures.',
    action: /Add pictures/,
  });
  assert.throws(() => checkedClasses([], 'data'), { code: 'data-without-labels' });
});

test('a class whose pictures all look alike cannot be on both sides', () => {
  const both = labels({ mask: 4, no_mask: 2 });
  const classes = ['mask', 'no_mask'] as const;
  checkSides(classes, both, { training: [0, 1, 4], validation: [2, 5] });
  assert.throws(() => checkSides(classes, both, { training: [0, 1, 4, 5], validation: [2] }), {
    code: 'data-alike',
    message: 'No face of no_mask is left to validate on.',
  });
});
