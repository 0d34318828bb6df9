import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerClock } from './server-clock.ts';

test('takes the fastest message as the truth', () => {
  let local = 1000;
  const clock = new ServerClock(() => local);
  clock.observe(6000 - 300);
  clock.observe(6000 - 20);
  clock.observe(6000 - 500);
  local = 2000;
  assert.equal(clock.now(), 2000 + 4980);
});

test('follows a service whose clock was set back, after two windows', () => {
  let local = 0;
  const clock = new ServerClock(() => local);
  clock.observe(10_000);
  for (local = 1000; local < 200_000; local += 1000) clock.observe(local - 5000);
  assert.equal(clock.now(), local - 5000);
});

test('is the local clock before the service has spoken', () => {
  assert.equal(new ServerClock(() => 42).now(), 42);
});
