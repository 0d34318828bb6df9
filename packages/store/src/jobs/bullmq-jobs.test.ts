import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@maskwatch/platform/clock';
import { silentLogger } from '@maskwatch/platform/logger';
import type { Problem } from '@maskwatch/platform/problem';
import type { Engine } from '@maskwatch/platform/testing/engine';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { until } from '@maskwatch/platform/testing/until';
import { Redis } from 'ioredis';
import { type BullJobsOptions, openBullJobs } from './bullmq-jobs.ts';
import { jobsContract } from './contract.ts';

let server: Engine;
before(async () => {
  server = await startRedis('jobs');
});
after(() => server.close());

const base = { clock: systemClock, logger: silentLogger };

async function empty(): Promise<void> {
  await ask((redis) => redis.flushall());
}

async function ask<T>(what: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(server.url);
  try {
    return await what(redis);
  } finally {
    redis.disconnect();
  }
}

async function open(t: TestContext, more: Partial<BullJobsOptions> = {}) {
  const jobs = await openBullJobs({ url: server.url, ...base, ...more });
  t.after(() => jobs.close());
  return jobs;
}

jobsContract('BullMQ', async (t) => {
  await empty();
  return open(t);
});

describe('wake-ups over BullMQ', () => {
  it('come to one of several processes, and again after all have finished they do not', async (t) => {
    await empty();
    const [one, two, three] = await Promise.all([open(t), open(t), open(t)]);
    const taken = { one: 0, two: 0 };
    one.handle('retention', async () => {
      taken.one += 1;
    });
    two.handle('retention', async () => {
      taken.two += 1;
    });
    const period = Date.now() - 60_000;

    for (let n = 0; n < 100; n += 1) {
      for (const jobs of [one, two, three]) jobs.wake('retention', `run-${n}`, period);
    }
    await until('all came', () => taken.one + taken.two === 100);
    three.wake('retention', 'run-7', period);
    await sleep(500);

    assert.equal(taken.one + taken.two, 100);
    assert.ok(taken.one > 0 && taken.two > 0, 'both take their share');
  });

  it('leave no more in Redis than a bounded number, ids only', async (t) => {
    await empty();
    const jobs = await open(t);
    let count = 0;
    jobs.handle('deliveries', async () => {
      count += 1;
    });
    for (let n = 0; n < 600; n += 1) jobs.wake('deliveries', `e-${n}`, Date.now());
    await until('all came', () => count === 600);

    const keys = await ask((redis) => redis.keys('*'));

    assert.ok(keys.length < 300, `${keys.length} keys`);
    const job = keys.find((key) => key.includes(':e-')) ?? '';
    const data = await ask((redis) => redis.hget(job, 'data'));
    assert.match(String(data), /^\{"id":"e-\d+"\}$/);
  });

  it('refuse a Redis that may evict, and one that is not there', async (t) => {
    const evicting = await startRedis('jobs', ['--maxmemory-policy', 'allkeys-lru']);
    t.after(() => evicting.close());
    const refused = openBullJobs({ url: evicting.url, ...base });
    await assert.rejects(refused, (fault: Problem) => fault.code === 'redis-setting');
    await evicting.kill();
    const away = openBullJobs({ url: evicting.url, ...base });
    await assert.rejects(away, (fault: Problem) => fault.code === 'redis-unreachable');
  });

  it('are counted as lost by a Redis that is full, and go on when it is not', async (t) => {
    await empty();
    const jobs = await open(t);
    const worked: string[] = [];
    jobs.handle('deliveries', async (id) => {
      worked.push(id);
    });
    jobs.wake('deliveries', 'before', Date.now());
    await until('it works', () => worked.length === 1);

    await ask((redis) => redis.config('SET', 'maxmemory', '1'));
    jobs.wake('deliveries', 'full', Date.now());
    await until('lost', () => jobs.status().lost === 1);
    await ask((redis) => redis.config('SET', 'maxmemory', '0'));

    jobs.wake('deliveries', 'after', Date.now());
    await until('it works again', () => worked.includes('after'));
    assert.equal(worked.includes('full'), false);
  });

  const outages = [
    ['killed', 20_000],
    ['emptied and killed', 8000],
    ['paused', 8000],
  ] as const;
  for (const [how, forMs] of outages) {
    it(`go on within seconds after a Redis that was ${how} for ${forMs / 1000} s`, async (t) => {
      await empty();
      const jobs = await open(t);
      const worked: string[] = [];
      jobs.handle('deliveries', async (id) => {
        worked.push(id);
      });
      jobs.wake('deliveries', 'before', Date.now());
      await until('it works', () => worked.length === 1);

      if (how === 'emptied and killed') await empty();
      if (how === 'paused') server.pause();
      else await server.kill();
      const asked = performance.now();
      jobs.wake('deliveries', 'during', Date.now());
      assert.ok(performance.now() - asked < 1000, 'nobody waits for Redis');
      await sleep(forMs);
      assert.ok(jobs.status().lost > 0);
      if (how === 'paused') server.resume();
      else await server.restart();
      const back = Date.now();

      let n = 0;
      await until('it works again', () => {
        jobs.wake('deliveries', `after-${n++}`, Date.now());
        return worked.some((id) => id.startsWith('after'));
      });
      t.diagnostic(`${Date.now() - back} ms after its return, ${jobs.status().rebuilt} rebuilt`);
      assert.ok(Date.now() - back < 10_000);
    });
  }

  it('go on after all connections were cut, again and again', async (t) => {
    await empty();
    const jobs = await open(t);
    const worked = new Set<string>();
    jobs.handle('deliveries', async (id) => {
      worked.add(id);
    });
    for (let n = 0; n < 8; n += 1) {
      await ask((redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
      await sleep(Math.random() * 700);
      await until(`after cut ${n}`, () => {
        jobs.wake('deliveries', `cut-${n}`, Date.now());
        return worked.has(`cut-${n}`);
      });
    }
  });

  it('have a worker that stands still replaced', async (t) => {
    await empty();
    const jobs = await open(t, { lookMs: 500 });
    const worked = new Set<string>();
    jobs.handle('deliveries', async (id) => {
      worked.add(id);
    });
    jobs.wake('deliveries', 'before', Date.now());
    await until('it works', () => worked.has('before'));

    // Paused by the queue's own switch: connected, running, and it takes nothing.
    const paused = 'maskwatch:deliveries:meta';
    await ask((redis) => redis.hset(paused, 'paused', '1'));
    jobs.wake('deliveries', 'stuck', Date.now());
    await until('it is replaced', () => jobs.status().rebuilt > 0);
    await ask((redis) => redis.hdel(paused, 'paused'));
    await until('the next one takes it', () => worked.has('stuck'));
  });

  it('close within seconds while Redis stands still', async (t) => {
    await empty();
    const jobs = await open(t);
    jobs.handle('deliveries', async () => {});
    server.pause();
    t.after(() => server.resume());
    const began = Date.now();
    await jobs.close();
    assert.ok(Date.now() - began < 10_000);
  });
});
