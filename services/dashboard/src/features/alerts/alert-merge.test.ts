import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertPage } from '@maskwatch/contracts/http';
import { anAlert } from './alert-example.ts';
import { mergeIntoNew, mergeIntoPages } from './alert-merge.ts';

const at = (id: string, startedAt: number, sequence = 1) =>
  anAlert({ id, sequence, violation: { startedAt } });
const page = (...alerts: AlertPage['alerts']): AlertPage => ({
  alerts,
  sequence: Math.max(0, ...alerts.map(({ sequence }) => sequence)),
  newCount: alerts.length,
});
const ids = (pages: AlertPage[]) => pages.map(({ alerts }) => alerts.map(({ id }) => id));

test('puts a new alert first', () => {
  const merged = mergeIntoPages([page(at('b', 200), at('a', 100))], at('c', 300), {});
  assert.deepEqual(ids(merged), [['c', 'b', 'a']]);
});

test('shows an alert once, whoever told of it first', () => {
  const once = mergeIntoPages([page(at('a', 100))], at('b', 200), {});
  assert.deepEqual(ids(mergeIntoPages(once, at('b', 200), {})), [['b', 'a']]);
});

test('finds the place of a late alert among the pages', () => {
  const pages = [page(at('d', 400), at('c', 300)), page(at('a', 100))];
  assert.deepEqual(ids(mergeIntoPages(pages, at('b', 200), {})), [
    ['d', 'c'],
    ['b', 'a'],
  ]);
});

test('leaves an alert out that is older than all that was loaded', () => {
  assert.deepEqual(ids(mergeIntoPages([page(at('b', 200))], at('a', 100), {})), [['b']]);
});

test('starts an empty list', () => {
  assert.deepEqual(ids(mergeIntoPages([page()], at('a', 100), {})), [['a']]);
});

test('keeps a handled alert in its place, and does not let an older change undo it', () => {
  const handled = { ...at('a', 100, 5), handling: 'acknowledged' as const };
  const filter = { handling: 'new' as const };
  const merged = mergeIntoPages([page(at('a', 100, 4))], handled, filter);
  assert.equal(merged[0]?.alerts[0]?.handling, 'acknowledged');
  const undone = mergeIntoPages(merged, at('a', 100, 4), filter);
  assert.equal(undone[0]?.alerts[0]?.handling, 'acknowledged');
});

test('shows no new alert that the filter leaves out', () => {
  const merged = mergeIntoPages([page(at('a', 100))], at('b', 200), { camera: 'yard' });
  assert.deepEqual(ids(merged), [['a']]);
});

test('counts an alert as new until it is handled', () => {
  const joined = mergeIntoNew(page(at('a', 100, 1)), at('b', 200, 2));
  assert.equal(joined.newCount, 2);
  const handled = mergeIntoNew(joined, { ...at('b', 200, 3), handling: 'dismissed' });
  assert.deepEqual(ids([handled]), [['a']]);
  assert.equal(handled.newCount, 1);
});
