import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootstrapInterval, onceEach, resamples } from './bootstrap.ts';
import { middleOf, wilson } from './intervals.ts';

test('every resample draws as many pictures as there are, with repeats, evenly over all', () => {
  const drawn = new Float64Array(20);
  for (const weights of resamples(20, { resamples: 2000 })) {
    assert.equal(
      weights.reduce((a, b) => a + b, 0),
      20,
    );
    weights.forEach((weight, n) => {
      drawn[n] = drawn[n]! + weight;
    });
  }

  // 2,000 on average; the standard deviation is 44.
  assert.ok(drawn.every((count) => Math.abs(count - 2000) < 200));
});

test('the interval of a mean is that of the theory', () => {
  const values = Array.from({ length: 100 }, (_, n) => (n < 60 ? 1 : 0));
  const [low, high] = bootstrapInterval(100, (weights) => {
    return values.reduce<number>((sum, value, n) => sum + value * weights[n]!, 0) / 100;
  })!;

  // 0.6 and 1.96 times the square root of 0.6 * 0.4 / 100.
  assert.ok(Math.abs(low - 0.504) < 0.015 && Math.abs(high - 0.696) < 0.015, `${low} ${high}`);
});

test('what comes out the same in every draw has no interval', () => {
  assert.equal(
    bootstrapInterval(15, () => 1),
    undefined,
  );
  assert.equal(
    bootstrapInterval(15, () => undefined),
    undefined,
  );
});

test('once each is the figure as measured', () => {
  assert.deepEqual([...onceEach(3)], [1, 1, 1]);
});

test('the score interval of 0 of 10 reaches above 0, and of nothing there is none', () => {
  const [low, high] = wilson(0, 10)!;

  // The textbook's value.
  assert.ok(low === 0 && Math.abs(high - 0.2775) < 1e-3, `${high}`);
  assert.equal(wilson(0, 0), undefined);
});

test('the middle of 1,001 values in any order leaves 25 out on either side', () => {
  const values = Array.from({ length: 1001 }, (_, n) => (n * 8) % 1001);

  assert.deepEqual(middleOf(values), [25, 975]);
});
