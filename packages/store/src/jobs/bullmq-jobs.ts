/** Wake-ups over BullMQ: any of the processes that handle a kind takes them. */
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf } from '@maskwatch/platform/problem';
import { openRedis, redisReady, requireRedis } from '@maskwatch/platform/redis';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { BullWorker, prefix } from './bullmq-worker.ts';
import type { JobKind, Jobs, JobsStatus, JobWork } from './jobs.ts';

/** Wake-ups of one id that come about together are one. */
const slotMs = 250;

/**
 * A finished wake-up is kept for a while: said again by another process it does not come again.
 * Both bounds are applied when the next one finishes.
 */
const kept = { age: 3600, count: 200 };

export interface BullJobsOptions {
  url: string;
  logger: Logger;
  clock: Clock;
  /** How often it looks whether its workers make progress. */
  lookMs?: number;
}

/** Problems `redis-unreachable`, and `redis-setting` where the Redis may evict. */
export async function openBullJobs(options: BullJobsOptions): Promise<Jobs> {
  const { url, logger } = options;
  const redis = openRedis({ url, logger, name: 'jobs' });
  try {
    await redisReady(redis);
    await requireRedis(redis, 'jobs');
  } catch (fault) {
    redis.disconnect();
    throw fault;
  }
  return new BullJobs(redis, options);
}

class BullJobs implements Jobs {
  readonly #redis: Redis;
  readonly #options: BullJobsOptions;
  readonly #queues = new Map<JobKind, Queue>();
  readonly #workers: BullWorker[] = [];
  #lost = 0;
  #losing = false;
  #closed = false;

  constructor(redis: Redis, options: BullJobsOptions) {
    this.#redis = redis;
    this.#options = options;
  }

  handle(kind: JobKind, work: JobWork): void {
    const queue = this.#queue(kind);
    this.#workers.push(new BullWorker(kind, { ...this.#options, work, queue, redis: this.#redis }));
  }

  wake(kind: JobKind, id: string, at: number): void {
    if (this.#closed) return;
    this.#place(kind, id, at).then(
      () => {
        this.#losing = false;
      },
      (fault: unknown) => this.#lose(fault),
    );
  }

  status(): JobsStatus {
    const worked = this.#workers.flatMap(({ workedAt }) => workedAt ?? []);
    return {
      connected: this.#redis.status === 'ready',
      ...(worked.length > 0 && { workedAt: Math.max(...worked) }),
      lost: this.#lost,
      rebuilt: this.#workers.reduce((sum, { rebuilt }) => sum + rebuilt, 0),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#workers.map((worker) => worker.close()));
    // They share the connection: closing them takes nothing from Redis.
    await Promise.all([...this.#queues.values()].map((queue) => queue.close().catch(() => {})));
    this.#redis.disconnect();
  }

  /**
   * An id that exists already, also of one that is worked on just now, is silently ignored: what
   * is due has the very time in its id, what comes later the end of its slot, before which nobody
   * works on it.
   */
  async #place(kind: JobKind, id: string, at: number): Promise<void> {
    const now = this.#options.clock.now();
    const when = at <= now ? Math.ceil(at) : Math.ceil(at / slotMs) * slotMs;
    const delay = Math.max(0, Math.ceil(when - now));
    await this.#queue(kind).add(kind, { id }, { jobId: `${id}-${when}`, delay });
  }

  #queue(kind: JobKind): Queue {
    const made = this.#queues.get(kind);
    if (made !== undefined) return made;
    const queue = new Queue(kind, {
      ...{ connection: this.#redis, prefix },
      defaultJobOptions: { removeOnComplete: kept, removeOnFail: kept },
    });
    // Its connection logs each loss; what is lost by it is counted.
    queue.on('error', () => {});
    this.#queues.set(kind, queue);
    return queue;
  }

  #lose(fault: unknown): void {
    if (this.#closed) return;
    this.#lost += 1;
    if (!this.#losing) {
      const fields = { fault: messageOf(fault) };
      this.#options.logger.warn(
        fields,
        'Redis does not take wake-ups: the sweep finds what is due',
      );
    }
    this.#losing = true;
  }
}
