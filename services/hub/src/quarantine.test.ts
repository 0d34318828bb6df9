import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Quarantine } from './quarantine.ts';

const cameras = ['gate', 'yard'];

test('a camera in flight in three deaths within a minute is kept out for five minutes', () => {
  const quarantine = new Quarantine();

  for (const at of [0, 20_000, 40_000]) quarantine.died(at, ['gate']);

  assert.deepEqual(quarantine.kept(41_000, cameras), ['gate']);
  assert.deepEqual(quarantine.kept(340_000, cameras), []);
  assert.equal(quarantine.over(339_000, new Set(['gate'])), false);
  assert.equal(quarantine.over(340_000, new Set(['gate'])), true);
});

test('three deaths over more than a minute keep nobody out', () => {
  const quarantine = new Quarantine();

  for (const at of [0, 40_000, 80_000]) quarantine.died(at, ['gate', 'yard']);

  assert.deepEqual(quarantine.kept(81_000, cameras), []);
});

test('after a quarantine three new deaths are needed', () => {
  const quarantine = new Quarantine();
  for (const at of [0, 1000, 2000]) quarantine.died(at, ['gate']);

  quarantine.died(303_000, ['gate']);

  assert.deepEqual(quarantine.kept(303_500, cameras), []);
});
