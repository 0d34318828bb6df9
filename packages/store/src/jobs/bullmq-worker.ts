import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf } from '@maskwatch/platform/problem';
import { openRedis } from '@maskwatch/platform/redis';
import { type Job, type Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobKind, JobWork } from './jobs.ts';
import { OneAtATime } from './one-at-a-time.ts';

/** In the names of keys: one Redis may hold queues of others. */
export const prefix = 'maskwatch';

/** Ids worked on at once by one process; work is short. */
const concurrency = 16;

/** BullMQ blocks for as long at most; it asks again after `drainDelay` seconds without a wake-up. */
const blocksMs = 10_000;
const drainSeconds = 2;

/** After a fault of the connection; BullMQ's own is 15 s. */
const retryMs = 1000;

/**
 * A wake-up whose process died comes again after it, if the sweep has not healed it long before. It
 * is not renewed: the timer for that outlives a worker that is closed without Redis.
 */
const lockMs = 5 * 60_000;

const lookMs = 2000;

/** Wake-ups that are due and that nobody takes for so long: the worker stands still. */
const stuckMs = 6000;

/** Clocks of machines differ: who is woken too early by its own clock waits for so long at most. */
const skewMs = 2000;

/** Work under way may take so long when it closes, and Redis so long to be told of its end. */
const closeMs = 5000;
const farewellMs = 1000;

export interface BullWorkerOptions {
  url: string;
  logger: Logger;
  clock: Clock;
  work: JobWork;
  queue: Queue;
  /** The producers' connection, which shows whether Redis answers. */
  redis: Redis;
  lookMs?: number;
}

interface Running {
  worker: Worker;
  /** Ours, and what BullMQ made of it to block on. */
  connections: [Redis, ...Redis[]];
}

/**
 * Takes wake-ups of one kind. BullMQ's worker has stood still for ever after outages, connected and
 * without an error (taskforcesh/bullmq#4585, #4479): its progress is watched, and it is replaced.
 */
export class BullWorker {
  readonly #kind: JobKind;
  readonly #options: BullWorkerOptions;
  readonly #line: OneAtATime;
  #running: Running;
  #workedAt: number | undefined;
  #rebuilt = 0;
  #closed = false;
  #cancelLook = () => {};
  /** Wake-ups in work. */
  #taken = 0;
  /** Since when something is due and nobody takes it. */
  #stuckSince: number | undefined;
  /** Since when there is no connection. */
  #awaySince: number | undefined;

  constructor(kind: JobKind, options: BullWorkerOptions) {
    this.#kind = kind;
    this.#options = options;
    this.#line = new OneAtATime(kind, options);
    this.#running = this.#open();
    this.#lookLater();
  }

  get workedAt(): number | undefined {
    return this.#workedAt;
  }

  /** How often it was replaced. */
  get rebuilt(): number {
    return this.#rebuilt;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelLook();
    await this.#shut(this.#running);
  }

  #open(): Running {
    const { url, logger } = this.#options;
    const redis = openRedis({ url, logger, name: `jobs ${this.#kind}`, reader: true, blocksMs });
    const connections: Running['connections'] = [redis];
    const duplicate = redis.duplicate.bind(redis);
    // BullMQ leaves its copy open where it cannot reach Redis when it closes.
    redis.duplicate = (override) => {
      const copy = duplicate(override);
      connections.push(copy);
      return copy;
    };
    const worker = new Worker<{ id: string }>(this.#kind, (job) => this.#work(job), {
      ...{ connection: redis, prefix, concurrency },
      ...{ drainDelay: drainSeconds, runRetryDelay: retryMs },
      ...{ lockDuration: lockMs, skipLockRenewal: true },
    });
    worker.on('error', (fault) => {
      logger.debug({ kind: this.#kind, fault: messageOf(fault) }, 'a fault of the worker');
    });
    return { worker, connections };
  }

  async #work({ id = '', data }: Job<{ id: string }>): Promise<void> {
    const { clock } = this.#options;
    this.#taken += 1;
    const early = Number(id.slice(id.lastIndexOf('-') + 1)) - clock.now();
    if (early > 0) {
      const waitMs = Math.ceil(Math.min(early, skewMs));
      await new Promise<void>((resolve) => clock.setTimer(resolve, waitMs));
    }
    if (!this.#closed) await this.#line.run(data.id);
    this.#taken -= 1;
    this.#workedAt = clock.now();
    this.#stuckSince = undefined;
  }

  /** BullMQ waits without a limit, for work and for Redis; so it is given one. */
  async #shut({ worker, connections }: Running): Promise<void> {
    const { clock } = this.#options;
    const cancels: (() => void)[] = [];
    const pause = (ms: number) =>
      new Promise<void>((resolve) => cancels.push(clock.setTimer(resolve, ms)));
    // Its timers go too, which BullMQ leaves where it cannot reach Redis.
    void worker.pause(true).catch(() => {});
    const told = this.#line.idle().then(() => pause(farewellMs));
    await Promise.race([worker.close().catch(() => {}), told, pause(closeMs)]);
    for (const cancel of cancels) cancel();
    for (const connection of connections) connection.disconnect();
  }

  #lookLater(): void {
    const { clock, lookMs: everyMs = lookMs } = this.#options;
    this.#cancelLook = clock.setTimer(() => {
      this.#look()
        // Redis does not answer: what follows from that is seen at the next look.
        .catch(() => {})
        .then(() => {
          if (!this.#closed) this.#lookLater();
        });
    }, everyMs);
  }

  async #look(): Promise<void> {
    const now = this.#options.clock.now();
    const connections = [this.#options.redis, ...this.#running.connections];
    if (connections.some(({ status }) => status !== 'ready')) {
      this.#awaySince ??= now;
      return;
    }
    const awayMs = this.#awaySince === undefined ? 0 : now - this.#awaySince;
    this.#awaySince = undefined;
    if (awayMs > drainSeconds * 1000) {
      this.#rebuild('its connection was lost for long');
      return;
    }
    if (this.#taken >= concurrency || !(await this.#isDue(now))) {
      this.#stuckSince = undefined;
      return;
    }
    this.#stuckSince ??= now;
    if (now - this.#stuckSince > stuckMs) this.#rebuild('wake-ups are due and it takes none');
  }

  /** Something waits that should have been taken long before. */
  async #isDue(now: number): Promise<boolean> {
    const { queue } = this.#options;
    if ((await queue.getWaitingCount()) > 0) return true;
    const [next] = await queue.getDelayed(0, 0);
    return next !== undefined && next.timestamp + next.delay < now - skewMs;
  }

  #rebuild(why: string): void {
    if (this.#closed) return;
    this.#rebuilt += 1;
    this.#stuckSince = undefined;
    this.#options.logger.warn({ kind: this.#kind, why }, 'the worker of wake-ups is replaced');
    const before = this.#running;
    this.#running = this.#open();
    void this.#shut(before);
  }
}
