import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { gaps, longestRetryAfter, parseRetryAfter, retryDelay } from './retry-schedule.ts';

describe('the retry schedule', () => {
  it('tries at once, then after 5, 15, 60 s, 5, 30 min, 2, 5, 10, 14, 20 and 24 h', () => {
    const seconds = gaps.map((gap) => gap / 1000);
    assert.deepEqual(
      seconds,
      [0, 5, 15, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400],
    );
    for (const [number, gap] of gaps.entries()) {
      if (number > 0) assert.equal(retryDelay(number, { random: 0.5 }), gap);
    }
  });

  it('gives up after the twelfth attempt, more than three days after the first', () => {
    assert.equal(retryDelay(12, { random: 0.5 }), undefined);
    assert.equal(retryDelay(12, { random: 0.5, retryAfterMs: 1000 }), undefined);
    const total = gaps.reduce((sum, gap) => sum + gap, 0);
    assert.ok(total >= 72 * 3_600_000, `${total} ms`);
  });

  it('stays within 20 % of its gap, whatever chance says', () => {
    const number = fc.integer({ min: 1, max: 11 });
    const random = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(number, random, (attempt, chance) => {
        const ratio =
          (retryDelay(attempt, { random: chance }) as number) / (gaps[attempt] as number);
        assert.ok(ratio >= 0.8 - 1e-9 && ratio <= 1.2 + 1e-9, String(ratio));
      }),
    );
  });

  it('waits as long as the receiver asks, but never shorter than its own gap nor over 24 h', () => {
    assert.equal(retryDelay(1, { random: 0.5, retryAfterMs: 90_000 }), 90_000);
    assert.equal(retryDelay(4, { random: 0.5, retryAfterMs: 1000 }), 300_000);
    assert.equal(retryDelay(1, { random: 0.5, retryAfterMs: 1e12 }), longestRetryAfter);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');

  it('is read as seconds or as a date', () => {
    assert.equal(parseRetryAfter('120', now), 120_000);
    assert.equal(parseRetryAfter('Thu, 01 Jan 2026 00:01:00 GMT', now), 60_000);
    assert.equal(parseRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now), 0);
  });

  it('is nothing where it is absent or cannot be read', () => {
    assert.equal(parseRetryAfter(undefined, now), undefined);
    assert.equal(parseRetryAfter('soon', now), undefined);
  });
});
