import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UsableModel } from '@maskwatch/contracts/http';
import { unsayableStates } from './sayable-states.ts';

function aModel(fields: Partial<UsableModel>): UsableModel {
  return {
    ...{ name: 'one', running: true, report: false, task: 'classifier', version: '1' },
    ...{ licence: 'MIT', classes: [], sources: [], measured: {}, changed: false, ...fields },
  };
}

const finder = aModel({ task: 'detector', classes: ['face'] });

test('a classifier of two classes cannot say the third', () => {
  const judge = aModel({ classes: ['mask', 'no_mask'] });

  assert.deepEqual(unsayableStates([finder, judge]), ['incorrect']);
});

test('a detector that judges without a classifier says what its classes are', () => {
  const judge = aModel({ task: 'detector', classes: ['face', 'no_mask', 'mask', 'ignore'] });

  assert.deepEqual(unsayableStates([judge]), ['incorrect']);
});

test('what does not run, or is not known, takes no state away', () => {
  const idle = aModel({ running: false, classes: ['mask', 'no_mask'] });
  const all = aModel({ classes: ['mask', 'no_mask', 'incorrect'] });

  assert.deepEqual(unsayableStates([finder, all, idle]), []);
  assert.deepEqual(unsayableStates([finder, idle]), []);
  assert.deepEqual(unsayableStates([]), []);
});
