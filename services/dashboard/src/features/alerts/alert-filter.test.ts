import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anAlert } from './alert-example.ts';
import { matches, readFilter } from './alert-filter.ts';

test('takes from the address what it understands and leaves the rest', () => {
  const search = { camera: 'gate', rule: '', handling: 'forgotten', colour: 'red' };
  assert.deepEqual(readFilter(search), { camera: 'gate' });
  assert.deepEqual(readFilter({ handling: 'dismissed' }), { handling: 'dismissed' });
  assert.deepEqual(readFilter({ camera: 7, rule: ['a'] }), {});
});

test('an alert must match every part of the filter', () => {
  const alert = anAlert({ violation: { cameraId: 'gate', ruleId: 'no_mask' } });
  assert.equal(matches(alert, {}), true);
  assert.equal(matches(alert, { camera: 'gate', rule: 'no_mask', handling: 'new' }), true);
  assert.equal(matches(alert, { camera: 'gate', rule: 'other' }), false);
  assert.equal(matches(alert, { camera: 'gate', handling: 'acknowledged' }), false);
});
