import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@maskwatch/platform/clock';
import type { HubContext } from './hub-context.ts';
import type { Reason } from './readiness.ts';
import { storeLook } from './store-look.ts';

type Space = { path: string; bytes: number; freeBytes?: number };

function looking(space: () => Promise<Space>, reasons: Reason[] = []) {
  const clock = new FakeClock();
  const context = { clock, store: { space }, readiness: { reasons: async () => reasons } };
  return { clock, look: storeLook(context as unknown as HubContext) };
}

test('all figures of one scrape share one look, the next scrape looks again', async () => {
  let asked = 0;
  const { look } = looking(async () => ({ path: 'x', bytes: ++asked }));

  const first = await Promise.all([look(), look(), look()]);
  const second = await look();

  assert.deepEqual(new Set(first.map(({ bytes }) => bytes)), new Set([1]));
  assert.deepEqual(second, { ready: true, away: false, bytes: 2 });
});

test('with a reason it is not ready', async () => {
  const reasons = [{ code: 'bus-lost', detail: 'The frames Redis does not answer this hub.' }];
  const { look } = looking(async () => ({ path: 'x', bytes: 1, freeBytes: 5 }), reasons);

  assert.deepEqual(await look(), { ready: false, away: false, bytes: 1, freeBytes: 5 });
});

test('a store that refuses is away, and its size is not known', async () => {
  const { look } = looking(() => Promise.reject(new Error('the connection was refused')));

  assert.deepEqual(await look(), { ready: false, away: true });
});

test('a store that does not answer within 2 s is away, so that the scrape has its other figures', async () => {
  const { look, clock } = looking(() => new Promise(() => {}));

  const seen = look();
  await clock.advance(2000);

  assert.deepEqual(await seen, { ready: false, away: true });
});
