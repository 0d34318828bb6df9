import { type Clock, systemClock } from '@maskwatch/platform/clock';
import { silentLogger } from '@maskwatch/platform/logger';
import { openRedis, redisReady } from '@maskwatch/platform/redis';
import type { Engine } from '@maskwatch/platform/testing/engine';
import { startPostgres } from '@maskwatch/platform/testing/postgres-server';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { aDelivery, anOpening } from '@maskwatch/store/builders';
import { openBullJobs } from '@maskwatch/store/jobs/bullmq-jobs';
import type { Jobs } from '@maskwatch/store/jobs/jobs';
import { openPostgresStore } from '@maskwatch/store/postgres-store';
import type { Store } from '@maskwatch/store/store';
import { Deliveries } from '../service.ts';
import { endpointTo } from './outbox.ts';

/** What a hub and several processes of deliveries share: real engines, each with own connections. */
export class Several {
  readonly postgres: Engine;
  readonly redis: Engine;
  readonly store: Store;
  readonly clock: Clock;
  /** The hub's: it only wakes. */
  readonly #jobs: Jobs;
  readonly #closers: (() => Promise<unknown>)[];

  private constructor(
    engines: { postgres: Engine; redis: Engine },
    hub: { store: Store; jobs: Jobs; clock: Clock },
  ) {
    this.postgres = engines.postgres;
    this.redis = engines.redis;
    this.store = hub.store;
    this.clock = hub.clock;
    this.#jobs = hub.jobs;
    this.#closers = [
      () => engines.postgres.close(),
      () => engines.redis.close(),
      () => hub.store.close(),
      () => hub.jobs.close(),
    ];
  }

  static async open(clock: Clock = systemClock): Promise<Several> {
    const [postgres, redis] = await Promise.all([startPostgres(), startRedis('jobs')]);
    const { store } = await openPostgresStore({ url: postgres.url });
    const jobs = await openBullJobs({ url: redis.url, clock, logger: silentLogger });
    return new Several({ postgres, redis }, { store, jobs, clock });
  }

  /** Another process, but for the thread that it shares with the test. */
  async deliver(url: string, sweepMs = 1000): Promise<Deliveries> {
    const { clock } = this;
    const { store } = await openPostgresStore({ url: this.postgres.url });
    const jobs = await openBullJobs({ url: this.redis.url, clock, logger: silentLogger });
    const service = new Deliveries({
      ...{ store, jobs, clock, sweepMs, logger: silentLogger },
      endpoints: [endpointTo('office', url)],
      allow: ['127.0.0.1/32'],
      random: Math.random,
    });
    this.#closers.push(
      () => store.close(),
      () => jobs.close(),
      () => service.stop(),
    );
    await service.start();
    return service;
  }

  /** An alert that fires, as a hub commits it: delivery `d-NAME`. */
  async fire(name: string): Promise<void> {
    const delivery = aDelivery({ id: `d-${name}`, createdAt: this.clock.now() });
    await this.store.open(anOpening(name, { deliveries: [delivery] }));
    this.wake();
  }

  wake(): void {
    this.#jobs.wake('deliveries', 'office', this.clock.now());
  }

  /** Its end: delivery `d-NAME-end`. */
  async end(name: string): Promise<void> {
    const createdAt = this.clock.now();
    const delivery = aDelivery({ id: `d-${name}-end`, type: 'alert.ended', createdAt });
    const ending = { violationId: `v-${name}`, endedAt: createdAt, ended: 'left' as const };
    await this.store.end({ ...ending, deliveries: [delivery] });
    this.wake();
  }

  async waiting(): Promise<number> {
    return (await this.store.endpointSummary('office')).waiting;
  }

  /** Says something to Redis over a connection of its own. */
  async tellRedis(command: string, ...args: string[]): Promise<void> {
    const redis = openRedis({ url: this.redis.url, logger: silentLogger, name: 'test' });
    try {
      await redisReady(redis);
      await redis.call(command, ...args);
    } finally {
      redis.disconnect();
    }
  }

  async close(): Promise<void> {
    for (const one of this.#closers.toReversed()) await one();
  }
}
