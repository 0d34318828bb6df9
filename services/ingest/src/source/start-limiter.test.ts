import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StartLimiter } from './start-limiter.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('lets four start, and the fifth when one is done', async () => {
  const limiter = new StartLimiter(4);
  const { signal } = new AbortController();
  const places = await Promise.all([1, 2, 3, 4].map(() => limiter.take(signal)));
  let fifth = false;
  void limiter.take(signal).then(() => {
    fifth = true;
  });
  await settle();
  assert.equal(fifth, false);

  places[0]!();
  places[0]!();
  await settle();

  assert.equal(fifth, true);
});

test('who stops while waiting takes no place', async () => {
  const limiter = new StartLimiter(1);
  const stopping = new AbortController();
  const place = await limiter.take(new AbortController().signal);
  const waiting = limiter.take(stopping.signal);

  stopping.abort();
  await waiting;
  place();

  await limiter.take(new AbortController().signal);
});
