import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '@maskwatch/contracts/alert';
import type { AlertPage } from '@maskwatch/contracts/http';
import { anAlert } from './alert-example.ts';
import { AlertFeed } from './alert-feed.ts';

/** A store of alerts as the service has it, and a page that listens to it. */
function aFeed(pageSize = 200) {
  const changes: Alert[] = [];
  const state = { applied: [] as Alert[], announced: [] as string[], reloads: 0, fail: false };
  const retries: (() => void)[] = [];
  const page = (alerts: Alert[]): AlertPage => {
    if (state.fail) throw new Error('no answer');
    return { alerts, sequence: changes.length, newCount: 0 };
  };
  const feed = new AlertFeed({
    start: async () => page(changes.filter((alert) => alert.handling === 'new')),
    changesAfter: async (sequence) => page(changes.slice(sequence, sequence + pageSize)),
    apply: (alerts) => state.applied.push(...alerts),
    reload: () => {
      state.reloads += 1;
    },
    announce: (alerts) => state.announced.push(...alerts.map(({ id }) => id)),
    now: () => 1000,
    retry: (again) => retries.push(again),
  });
  /** Takes it by the socket, as what follows the change before it. */
  const receive = (alert: Alert, follows = alert.sequence - 1) => feed.receive(alert, follows);
  const change = (id: string, parts: Partial<Alert> = {}) => {
    const alert = anAlert({ ...parts, id, sequence: changes.length + 1 });
    changes.push(alert);
    return alert;
  };
  return { feed, state, change, receive, retries };
}

test('announces what comes, and not what was there before', async () => {
  const { feed, state, change, receive } = aFeed();
  change('old');
  await feed.catchUp();
  receive(change('fresh'));
  assert.deepEqual(state.announced, ['fresh']);
});

test('announces an alert once, however often it changes', async () => {
  const { feed, state, change, receive } = aFeed();
  await feed.catchUp();
  receive(change('a'));
  receive(change('a', { condition: 'ended' }));
  await feed.catchUp();
  assert.deepEqual(state.announced, ['a']);
});

test('asks after a reconnect for what it missed, and no change is left out', async () => {
  const { feed, state, change } = aFeed(2);
  await feed.catchUp();
  for (const id of ['a', 'b', 'c', 'd', 'e']) change(id);
  await feed.catchUp();
  assert.deepEqual(
    state.applied.map(({ id }) => id),
    ['a', 'b', 'c', 'd', 'e'],
  );
  assert.deepEqual(state.announced, ['a', 'b', 'c', 'd', 'e']);
});

test('fills the gap when a message was lost on the way', async () => {
  const { feed, state, change, receive } = aFeed();
  await feed.catchUp();
  change('lost');
  receive(change('next'));
  await feed.catchUp();
  assert.deepEqual(state.announced.toSorted(), ['lost', 'next']);
});

test('asks for nothing where changes were told as one', async () => {
  const { feed, state, change, receive } = aFeed();
  await feed.catchUp();
  change('a');
  receive(change('a', { condition: 'ended' }), 0);
  state.fail = true;
  receive(change('b'));
  assert.deepEqual(state.announced, ['a', 'b']);
});

test('a message that comes while catching up fails does not hide the gap before it', async () => {
  const { feed, state, change, retries, receive } = aFeed();
  await feed.catchUp();
  change('missed');
  state.fail = true;
  const failing = feed.catchUp();
  receive(change('live'));
  await failing;
  state.fail = false;
  for (const again of retries) again();
  await feed.catchUp();
  assert.deepEqual(state.announced.toSorted(), ['live', 'missed']);
});

test('an alert that was handled elsewhere makes no noise', async () => {
  const { feed, state, change, receive } = aFeed();
  await feed.catchUp();
  receive(change('a', { handling: 'acknowledged', handledAt: 5000 }));
  receive(change('b', { handling: 'new', handledAt: 5000 }));
  assert.deepEqual(state.announced, []);
});

test('loads afresh when more was missed than it would read', async () => {
  const { feed, state, change, receive } = aFeed(1);
  await feed.catchUp();
  assert.equal(state.reloads, 1);
  for (let i = 0; i < 9; i += 1) change(`a${i}`);
  await feed.catchUp();
  assert.equal(state.reloads, 2);
  receive(change('after'));
  assert.equal(state.announced.at(-1), 'after');
});
