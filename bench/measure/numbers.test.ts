import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, percentile, slope, sum } from './numbers.ts';

test('percentiles are values that were measured, by nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, n) => 100 - n);

  assert.deepEqual(
    [0, 0.5, 0.99, 1].map((share) => percentile(values, share)),
    [1, 50, 99, 100],
  );
  assert.equal(percentile([7], 0.99), 7);
});

test('the median of an even number lies between the middle two', () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([9, 1, 2]), 2);
});

test('a few outliers do not move the slope', () => {
  const line = Array.from({ length: 20 }, (_, x) => [x, 3 * x + 5] as [number, number]);
  line[4] = [4, 900];
  line[11] = [11, -900];

  assert.ok(Math.abs(slope(line) - 3) < 1e-9);
  assert.equal(sum([1, 2, 3]), 6);
});
