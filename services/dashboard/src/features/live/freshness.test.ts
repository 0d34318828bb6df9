import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshnessOf } from './freshness.ts';

test('a picture is stale once more than 2 s have passed', () => {
  assert.deepEqual(freshnessOf({ rate: 5 }, 1000, 3000), { ageMs: 2000, stale: false });
  assert.deepEqual(freshnessOf({ rate: 5 }, 1000, 3001), { ageMs: 2001, stale: true });
});

test('a camera that is looked at every five seconds has longer', () => {
  assert.equal(freshnessOf({ rate: 0.2 }, 0, 12_000).stale, false);
  assert.equal(freshnessOf({ rate: 0.2 }, 0, 12_501).stale, true);
});

test('without a picture there is nothing fresh to see', () => {
  assert.deepEqual(freshnessOf({ rate: 5 }, undefined, 5), { ageMs: undefined, stale: true });
});
