import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CameraCause } from '@maskwatch/contracts/camera';
import fc from 'fast-check';
import { reconnectDelayMs } from './reconnect-policy.ts';

const random = fc.double({ min: 0, max: 1, noNaN: true });
const count = fc.integer({ min: 1, max: 10_000 });
const ordinary = fc.constantFrom<CameraCause>('refused', 'name', 'timeout', 'ended', 'other');

test('in the first minute at most 3 s pass between tries', () => {
  fc.assert(
    fc.property(
      ordinary,
      count,
      fc.integer({ min: 0, max: 59_999 }),
      random,
      (cause, n, sinceMs, r) => {
        const delay = reconnectDelayMs({ cause, count: n, sinceMs }, r);
        assert.ok(delay > 0 && delay <= 3000);
      },
    ),
  );
});

test('later at most 30 s pass, and there is no last try', () => {
  fc.assert(
    fc.property(ordinary, count, fc.integer({ min: 60_000 }), random, (cause, n, sinceMs, r) => {
      const delay = reconnectDelayMs({ cause, count: n, sinceMs }, r);
      assert.ok(delay > 0 && delay <= 30_000);
    }),
  );
});

test('a wrong password and a full camera are never tried again within a minute', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<CameraCause>('credentials', 'too-many-sessions'),
      count,
      random,
      (cause, n, r) => {
        assert.ok(reconnectDelayMs({ cause, count: n, sinceMs: 0 }, r) >= 60_000);
      },
    ),
  );
});

test('cameras that failed together come back apart', () => {
  const failures = { cause: 'ended', count: 3, sinceMs: 5000 } as const;
  assert.equal(reconnectDelayMs(failures, 0), 2000);
  assert.ok(reconnectDelayMs(failures, 1) < 1400);
});
