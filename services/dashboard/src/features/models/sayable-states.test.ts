import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statesOf, unsayableOf } from './sayable-states.ts';

test('a model says the mask states among its classes', () => {
  assert.deepEqual(statesOf({ classes: ['face', 'no_mask', 'mask', 'ignore'] }), [
    ...['mask', 'no_mask'],
  ]);
  assert.deepEqual(statesOf({ classes: ['face'] }), []);
});

test('what cannot be said is the rest, and nothing while that is not known', () => {
  assert.deepEqual(unsayableOf(['mask', 'no_mask']), ['incorrect']);
  assert.deepEqual(unsayableOf(['incorrect', 'mask', 'no_mask']), []);
  assert.deepEqual(unsayableOf(undefined), []);
  assert.deepEqual(unsayableOf([]), []);
});
