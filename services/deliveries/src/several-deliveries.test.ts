/** Deliveries of several processes on one PostgreSQL and one Redis, which are hurt. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '@maskwatch/platform/clock';
import { until } from '@maskwatch/platform/testing/until';
import { answer, type Behaviour, Receiver } from './testing/receiver.ts';
import { Several } from './testing/several.ts';

async function world(t: TestContext, { behaviour, clock }: World = {}) {
  const receiver = await new Receiver(behaviour).listen();
  const several = await Several.open(clock);
  t.after(async () => {
    await several.close();
    await receiver.close();
  });
  const ids = () => receiver.received.map(({ headers }) => headers['webhook-id'] as string);
  return { receiver, several, ids };
}

interface World {
  behaviour?: Behaviour;
  clock?: Clock;
}

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('a Redis that is emptied and cut off again and again loses nothing, and doubles nothing', async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9);
  t.diagnostic(`SEED=${seed}`);
  const random = randomOf(seed);
  // Some fail at first: their next attempts wait in Redis too.
  const failed = new Set<string>();
  const behaviour: Behaviour = (response, { headers }) => {
    const id = headers['webhook-id'] as string;
    const fails = !failed.has(id) && random() < 0.1;
    if (fails) failed.add(id);
    response.writeHead(fails ? 503 : 204).end();
  };
  const { several, receiver, ids } = await world(t, { behaviour });
  const services = [await several.deliver(receiver.url), await several.deliver(receiver.url)];
  let over = false;
  const hurting = (async () => {
    let hurts = 0;
    while (!over) {
      await sleep(random() * 200);
      if (random() < 0.7) await several.tellRedis('FLUSHALL');
      else await several.tellRedis('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      hurts += 1;
    }
    return hurts;
  })();

  for (let n = 0; n < 150; n += 1) {
    await several.fire(`${n}`);
    if (random() < 0.5) await several.end(`${n}`);
    await sleep(random() * 40);
  }
  await until('all arrived', async () => (await several.waiting()) === 0, { withinMs: 50_000 });
  over = true;
  t.diagnostic(`${await hurting} times emptied or cut, ${failed.size} repeated`);

  const committed = await several.store.deliveries({ limit: 1000 });
  assert.ok(committed.length > 150);
  assert.ok(committed.every(({ state }) => state === 'delivered'));
  assert.equal(
    ids().length,
    committed.length + failed.size,
    'each once, and each that failed twice',
  );
  for (const [at, id] of ids().entries()) {
    if (!id.endsWith('-end')) continue;
    assert.ok(ids().slice(0, at).includes(id.replace('-end', '')), `${id} came after its firing`);
  }
  for (const { attempts } of committed) {
    assert.deepEqual(
      attempts.map(({ number }) => number),
      attempts.map((_, index) => index + 1),
    );
  }
  assert.ok(services.every(({ counters }) => counters.delivered > 0));
});

test('two processes share what comes over Redis alone', async (t) => {
  const { several, receiver } = await world(t);
  // No sweep within the test.
  const services = [
    await several.deliver(receiver.url, 600_000),
    await several.deliver(receiver.url, 600_000),
  ];
  for (let n = 0; n < 100; n += 1) {
    await several.fire(`${n}`);
    await sleep(10);
  }
  await until('all arrived', async () => (await several.waiting()) === 0);

  const shares = services.map(({ counters }) => counters.delivered);
  t.diagnostic(`shares ${shares.join(' and ')}`);
  assert.equal(receiver.received.length, 100);
  assert.ok(shares.every((share) => share > 0));
});

test('the next attempt comes at its time over Redis alone', async (t) => {
  const { several, receiver } = await world(t, { behaviour: answer(503) });
  await several.deliver(receiver.url, 600_000);
  await several.fire('1');
  await until('the first attempt', () => receiver.received.length === 1);
  receiver.behaviour = answer(204);
  const failedAt = Date.now();
  await until('the second', () => receiver.received.length === 2);
  const waitedMs = Date.now() - failedAt;
  assert.ok(waitedMs > 3500 && waitedMs < 9000, `${waitedMs} ms, of 4 to 6 s`);
});

const hurts = {
  killed: { hurt: (s: Several) => s.redis.kill(), heal: (s: Several) => s.redis.restart() },
  paused: {
    hurt: async (s: Several) => s.redis.pause(),
    heal: async (s: Several) => s.redis.resume(),
  },
  full: {
    hurt: (s: Several) => s.tellRedis('CONFIG', 'SET', 'maxmemory', '1'),
    heal: (s: Several) => s.tellRedis('CONFIG', 'SET', 'maxmemory', '0'),
  },
};
for (const [how, { hurt, heal }] of Object.entries(hurts)) {
  test(`while Redis is ${how} deliveries go out by the sweep, and afterwards over it`, async (t) => {
    const { several, receiver, ids } = await world(t);
    const service = await several.deliver(receiver.url, 1000);
    await several.fire('before');
    await until('before', () => ids().includes('d-before'));

    await hurt(several);
    const began = Date.now();
    for (let n = 0; n < 20; n += 1) await several.fire(`during-${n}`);
    await until('all of it', () => receiver.received.length === 21, { withinMs: 10_000 });
    t.diagnostic(`20 within ${Date.now() - began} ms`);
    assert.equal(service.health.away, false);
    await heal(several);

    await several.fire('after');
    await until('after', () => ids().includes('d-after'), { withinMs: 10_000 });
    assert.equal(new Set(ids()).size, ids().length);
  });
}

/** Four times as fast as the world, so that a claim of 30 s can run out in a test. */
const fast: Clock = {
  now: () => systemClock.now() * 4,
  setTimer: (callback, delayMs) => systemClock.setTimer(callback, delayMs / 4),
};

test('an answer outlives an outage of PostgreSQL that is longer than its claim: nothing is sent twice', async (t) => {
  const held: (() => void)[] = [];
  const behaviour: Behaviour = (response) => {
    held.push(() => response.writeHead(204).end());
  };
  const { several, receiver } = await world(t, { behaviour, clock: fast });
  for (let n = 0; n < 3; n += 1) await several.deliver(receiver.url, 5000);
  await several.fire('1');
  await until('it is asked', () => held.length === 1);

  await several.postgres.kill();
  held[0]?.();
  // Others are woken all the while, and would claim it in the moment of the return.
  const waking = setInterval(() => several.wake(), 20);
  t.after(() => clearInterval(waking));
  await sleep(10_000);
  await several.postgres.restart();
  const state = () =>
    several.store.delivery('d-1').then(
      (delivery) => delivery?.state,
      () => 'unknown',
    );
  await until('it is written down', async () => (await state()) === 'delivered');
  await sleep(3000);

  assert.equal(receiver.received.length, 1, 'asked once');
});
