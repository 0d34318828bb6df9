import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anAlert } from './alert-example.ts';
import { from } from './use-calm-list.ts';

const alerts = ['c', 'b', 'a'].map((id) => anAlert({ id }));
const ids = (top: string | undefined) => from(alerts, top).map(({ id }) => id);

test('holds back what arrived above the alert that was on top', () => {
  assert.deepEqual(ids('b'), ['b', 'a']);
});

test('shows everything when nothing is held, or the top has gone', () => {
  assert.deepEqual(ids(undefined), ['c', 'b', 'a']);
  assert.deepEqual(ids('gone'), ['c', 'b', 'a']);
});
