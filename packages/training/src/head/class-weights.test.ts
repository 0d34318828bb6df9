import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classWeights } from './class-weights.ts';

const labels = [0, 0, 0, 1];

test('balanced classes count the same in all, and the rows one in the mean', () => {
  assert.deepEqual(classWeights('balanced', ['mask', 'no_mask'], labels), [2 / 3, 2]);
  assert.deepEqual(classWeights('none', ['mask', 'no_mask'], labels), [1, 1]);
});

test('weights given by name are one for each class', () => {
  assert.deepEqual(classWeights('no_mask=2, mask=0.5', ['mask', 'no_mask'], labels), [0.5, 2]);
  for (const wrong of [
    'mask=1',
    'mask=1,no_mask=-1',
    'mask=1,no_mask=x',
    'mask=1,no_mask=1,face=1',
  ]) {
    assert.throws(() => classWeights(wrong, ['mask', 'no_mask'], labels), {
      code: 'class-weights',
    });
  }
});
