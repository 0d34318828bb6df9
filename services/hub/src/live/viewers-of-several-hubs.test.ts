import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Alert } from '@maskwatch/contracts/alert';
import { anOpening } from '@maskwatch/store/builders';
import { Redis } from 'ioredis';
import { io } from 'socket.io-client';
import { type HubProcess, pause, severalHubs, until } from '../testing/several-hubs.ts';

const rules = [{ id: 'no_mask', states: ['no_mask'], hold: '1s' }];

/** A viewer of that hub: what it is told of alerts, in order. */
function viewerOf(t: TestContext, hub: HubProcess) {
  const socket = io(addressOf(hub), { transports: ['websocket'], forceNew: true });
  t.after(() => socket.disconnect());
  const told: { sequence: number; follows: number; word: string; at: number }[] = [];
  socket.on('alert', ({ sequence, condition, handling }: Alert, follows: number) => {
    told.push({ sequence, follows, word: `${condition} ${handling}`, at: performance.now() });
  });
  return { socket, told, words: () => told.map(({ word }) => word).join(', ') };
}

const addressOf = ({ state }: HubProcess) => `http://127.0.0.1:${state!.port}`;

async function handle(hub: HubProcess, id: string, handling: string): Promise<void> {
  const answer = await fetch(`${addressOf(hub)}/api/v1/alerts/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ handling }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

async function twoHubs(t: TestContext) {
  const several = await severalHubs(t, { rules });
  const one = several.hub('one');
  await until('one is active', () => one.active);
  const two = several.hub('two');
  await until('two is there', () => two.state !== undefined);
  return { ...several, one, two };
}

test('viewers of each hub see an alert fire, handled on any hub, and end, each once', async (t) => {
  const { one, two, speaker, store, redis } = await twoHubs(t);
  const viewers = [viewerOf(t, one), viewerOf(t, two)];
  await until('both listen', () => viewers.every(({ socket }) => socket.connected));
  const gate = speaker('gate');
  await until('a camera is leased', () => gate.epochs.has('gate'));

  gate.appears('track-1');
  await until('it fires', () => viewers.every(({ told }) => told.length === 1));
  const [alert] = await store.alerts({ limit: 1 });
  await handle(two, alert!.id, 'acknowledged');
  await until('it is acknowledged', () => viewers.every(({ told }) => told.length === 2));
  await handle(one, alert!.id, 'new');
  await until('it is new again', () => viewers.every(({ told }) => told.length === 3));
  gate.leaves('track-1');
  await until('it ends', () => viewers.every(({ told }) => told.length === 4), 30);
  await pause(3000);

  const expected = ['firing new', 'firing acknowledged', 'firing new', 'ended new'];
  for (const viewer of viewers) {
    assert.equal(viewer.words(), expected.join(', '));
    assert.deepEqual(
      viewer.told.map(({ follows }) => follows),
      [0, ...viewer.told.map(({ sequence }) => sequence)].slice(0, -1),
    );
  }
  const client = new Redis(redis.url);
  t.after(() => client.disconnect());
  assert.equal(await client.exists('maskwatch:hubs'), 0, 'what is for own viewers stays here');
});

test('a hub that another tells hears of a change at once, and does not wait for its next look', async (t) => {
  const { one, two, store } = await twoHubs(t);
  const viewer = viewerOf(t, two);
  await until('it listens', () => viewer.socket.connected);
  const alert = await store.open(anOpening('a'));
  await until('it is found without a word', () => viewer.told.length === 1);

  const waited: number[] = [];
  for (let n = 0; n < 8; n += 1) {
    const count = viewer.told.length;
    const began = performance.now();
    await handle(one, alert.id, n % 2 === 0 ? 'acknowledged' : 'new');
    await until('it is told', () => viewer.told.length > count);
    waited.push(viewer.told.at(-1)!.at - began);
    await pause(300);
  }

  const worst = Math.max(...waited);
  assert.ok(worst < 1000, `${waited.map(Math.round).join(', ')} ms`);
});

test('a viewer hears of changes while Redis is gone, and after it was emptied', async (t) => {
  const { one, two, store, redis } = await twoHubs(t);
  const viewer = viewerOf(t, two);
  const own = viewerOf(t, one);
  await until('both listen', () => viewer.socket.connected && own.socket.connected);
  const alert = await store.open(anOpening('a'));
  await until('it fires', () => viewer.told.length === 1);

  await redis.kill();
  await handle(one, alert.id, 'acknowledged');
  const last = () => viewer.told.at(-1)?.word ?? '';
  const tookS = await until('told without Redis', () => last().endsWith('acknowledged'));
  await redis.restart();
  await pause(3000);
  await handle(one, alert.id, 'new');
  await until('told by the new, empty Redis', () => last().endsWith('new'));
  await pause(2500);

  assert.ok(tookS < 5, `${tookS} s`);
  // No rule knows of it: a hub that takes over on a slow machine ends it in between.
  const handlings = viewer.told.map(({ word }) => word.split(' ')[1]);
  const changes = handlings.filter((handling, n) => handling !== handlings[n - 1]);
  assert.deepEqual(changes, ['new', 'acknowledged', 'new']);
  assert.equal(own.words(), viewer.words());
});

test('a hub that stops sends only its own viewers away', async (t) => {
  const { one, two } = await twoHubs(t);
  const viewer = viewerOf(t, one);
  const other = viewerOf(t, two);
  await until('both listen', () => viewer.socket.connected && other.socket.connected);
  let left = 0;
  other.socket.on('disconnect', () => {
    left += 1;
  });

  await one.end('SIGTERM');
  await until('its viewer is sent away', () => !viewer.socket.connected);
  await until('two is active', () => two.active);
  await pause(1000);

  assert.equal(left, 0);
  assert.equal(other.socket.connected, true);
});
