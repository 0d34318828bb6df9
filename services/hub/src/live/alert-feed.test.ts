import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Alert } from '@maskwatch/contracts/alert';
import { systemClock as clock } from '@maskwatch/platform/clock';
import { silentLogger as logger } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';
import { anOpening } from '@maskwatch/store/builders';
import { openSqliteStore } from '@maskwatch/store/sqlite-store';
import type { Store } from '@maskwatch/store/store';
import { AlertFeed } from './alert-feed.ts';

/** A feed over a real store, which does not answer while `away.is`. */
async function aFeed(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'maskwatch-feed-'));
  const store = await openSqliteStore({ directory, clock, logger });
  t.after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  const told: string[] = [];
  const announced: number[] = [];
  const away = { is: false };
  let questions = 0;
  const feed = new AlertFeed({
    store: {
      alertCounts: () => store.alertCounts(),
      async alerts(query) {
        questions += 1;
        if (away.is) throw new Problem('store-unreachable', 'It does not answer.');
        return store.alerts(query);
      },
    },
    logger,
    tell: ({ id, sequence, handling }: Alert, follows) =>
      told.push(`${follows}>${sequence} ${id} ${handling}`),
    announce: (sequence) => announced.push(sequence),
  });
  return { store, feed, told, announced, away, questions: () => questions };
}

const acknowledge = (store: Store, alertId: string) =>
  store.handle({ alertId, handling: 'acknowledged', by: 'operator', at: 1 });

test('tells each change once and in order, by whomever it was committed', async (t) => {
  const { store, feed, told, announced } = await aFeed(t);
  await store.open(anOpening('before'));
  await feed.start();

  const mine = await store.open(anOpening('mine'));
  feed.changed(mine.sequence);
  await store.open(anOpening('other'));
  const handled = await acknowledge(store, 'a-mine');
  feed.announced(handled!.sequence);
  feed.announced(mine.sequence);
  await feed.stop();

  assert.deepEqual(told, ['1>2 a-mine new', '2>3 a-other new', '3>4 a-mine acknowledged']);
  assert.deepEqual(announced, [mine.sequence], 'what others have said is not said again');
});

test('of two changes before the next look the newest is told, and no viewer takes it for a hole', async (t) => {
  const { store, feed, told } = await aFeed(t);
  await feed.start();
  await store.open(anOpening('a'));
  await store.open(anOpening('b'));
  const handled = await acknowledge(store, 'a-a');
  feed.announced(handled!.sequence);
  await feed.stop();

  assert.deepEqual(told, ['0>2 a-b new', '2>3 a-a acknowledged']);
});

test('finds what nobody announced, also more than one answer holds', async (t) => {
  const { store, feed, told } = await aFeed(t);
  await feed.start();
  for (let n = 1; n <= 401; n += 1) await store.open(anOpening(`${n}`));

  feed.look();
  await feed.stop();

  assert.equal(told.length, 401);
  assert.equal(told.at(-1), '400>401 a-401 new');
});

test('asks nothing where the announced change is known already', async (t) => {
  const { store, feed, told, questions } = await aFeed(t);
  await feed.start();
  const { sequence } = await store.open(anOpening('one'));
  feed.look();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const asked = questions();

  feed.announced(sequence);
  await new Promise((resolve) => setTimeout(resolve, 20));

  assert.deepEqual(told, ['0>1 a-one new']);
  assert.equal(questions(), asked);
});

test('goes on where it was when the store was away', async (t) => {
  const { store, feed, told, away } = await aFeed(t);
  await feed.start();
  away.is = true;
  const { sequence } = await store.open(anOpening('one'));
  feed.announced(sequence);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(told, []);

  away.is = false;
  feed.look();
  await feed.stop();

  assert.deepEqual(told, ['0>1 a-one new']);
});
