import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outcomeOf } from './attempt-outcome.ts';

const after = { number: 1, now: 1000, random: 0.5 };

describe('what follows from an answer', () => {
  it('is delivered without an error', () => {
    assert.deepEqual(outcomeOf({ status: 204 }, after), { state: 'delivered' });
  });

  it('is another try after any failure', () => {
    const waits = { state: 'waiting', nextAttemptAt: 6000 };
    assert.deepEqual(outcomeOf({ error: 'refused' }, after), waits);
    assert.deepEqual(outcomeOf({ status: 500, error: '500' }, after), waits);
    assert.deepEqual(outcomeOf({ status: 404, error: '404' }, after), waits);
  });

  it('is a later try when the receiver asks for time', () => {
    const answer = { status: 429, error: '429', retryAfterMs: 60_000 };
    assert.deepEqual(outcomeOf(answer, after), { state: 'waiting', nextAttemptAt: 61_000 });
  });

  it('is the end when the receiver is gone for good, or after the last attempt', () => {
    assert.deepEqual(outcomeOf({ status: 410, error: '410' }, after), { state: 'given-up' });
    const last = { ...after, number: 12 };
    assert.deepEqual(outcomeOf({ error: 'refused' }, last), { state: 'given-up' });
  });
});
