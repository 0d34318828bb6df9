/** The owner's end of inference over Redis: workers on any machine answer. */
import { randomUUID } from 'node:crypto';
import type { Detection } from '@maskwatch/contracts/detection';
import type { Probabilities } from '@maskwatch/contracts/mask-state';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { openRedis, redisReady, requireRedis } from '@maskwatch/platform/redis';
import type { Redis } from 'ioredis';
import type {
  ClassifierRequest,
  DetectorRequest,
  InferenceQueue,
  InferenceStatus,
} from './inference-queue.ts';
import {
  type Answer,
  ask,
  encodeRequest,
  repliesKey,
  requestMs,
  takenMs,
  withdraw,
} from './redis-words.ts';
import { type Asked, problemOf, type WorkerReply } from './worker-messages.ts';

const mostReplies = 64;

export interface RedisQueueOptions {
  url: string;
  /** Unique: its answers come to a list of its own. */
  ownerId: string;
  logger: Logger;
  clock: Clock;
}

/** Problems `redis-unreachable` and `redis-setting`. */
export async function openRedisQueue(options: RedisQueueOptions): Promise<InferenceQueue> {
  const { url, logger } = options;
  const redis = openRedis({ url, logger, name: 'frames asked' });
  const reader = openRedis({ url, logger, name: 'frames answered', reader: true });
  try {
    await redisReady(redis);
    await requireRedis(redis, 'frames');
    await redisReady(reader);
  } catch (fault) {
    redis.disconnect();
    reader.disconnect();
    throw fault;
  }
  return new RedisQueue(options, { redis, reader });
}

interface Pending {
  resolve(reply: WorkerReply): void;
  reject(reason: unknown): void;
}

class RedisQueue implements InferenceQueue {
  readonly #options: RedisQueueOptions;
  readonly #redis: Redis;
  readonly #reader: Redis;
  readonly #pending = new Map<string, Pending>();
  /** The last request of each camera: the next one waits for it, so that Redis holds one picture. */
  readonly #lines = new Map<string, Promise<unknown>>();
  readonly #runs = new Map<string, number>();
  #failed = 0;
  #lost = 0;
  #largestBytes = 0;
  #detectorMs: number | undefined;
  #classifierMs: number | undefined;
  #closing: Promise<void> | undefined;
  #closed = false;

  constructor(options: RedisQueueOptions, { redis, reader }: { redis: Redis; reader: Redis }) {
    this.#options = options;
    this.#redis = redis;
    this.#reader = reader;
    void this.#read();
  }

  async detect(request: DetectorRequest): Promise<Detection[]> {
    const reply = await this.#inLine({ kind: 'detect', request });
    if (reply.kind !== 'detections') throw new TypeError(`a detector answered ${reply.kind}`);
    this.#detectorMs = reply.ms;
    return reply.detections;
  }

  async classify(request: ClassifierRequest): Promise<Probabilities[]> {
    if (request.count === 0) return [];
    const reply = await this.#inLine({ kind: 'classify', request });
    if (reply.kind !== 'probabilities') throw new TypeError(`a classifier answered ${reply.kind}`);
    this.#classifierMs = reply.ms;
    return reply.probabilities;
  }

  status(): InferenceStatus {
    return {
      workers: [...this.#runs.values()].map((runs, id) => ({ id, busy: false, runs })),
      ...(this.#detectorMs === undefined ? {} : { detectorMs: this.#detectorMs }),
      ...(this.#classifierMs === undefined ? {} : { classifierMs: this.#classifierMs }),
      ...{ queued: this.#pending.size, refused: 0, failed: this.#failed, lost: this.#lost },
      largestBytes: this.#largestBytes,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  #inLine(asked: Asked): Promise<WorkerReply> {
    if (this.#closing !== undefined) {
      return Promise.reject(new Problem('inference-closed', 'The inference queue is closed.'));
    }
    const { cameraId } = asked.request;
    const before = this.#lines.get(cameraId) ?? Promise.resolve();
    const reply = before.then(() => this.#ask(asked));
    const settled = reply
      .catch(() => {})
      .then(() => {
        if (this.#lines.get(cameraId) === settled) this.#lines.delete(cameraId);
      });
    this.#lines.set(cameraId, settled);
    return reply;
  }

  async #ask(asked: Asked): Promise<WorkerReply> {
    const id = randomUUID();
    const { ownerId: owner, clock } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<WorkerReply>();
    this.#pending.set(id, { resolve, reject });
    const lost = (why: string) => reject(new Problem('inference-lost', why, { status: 503 }));
    const timers = [
      clock.setTimer(() => lost('No inference worker answered within 2 s.'), requestMs),
      clock.setTimer(async () => {
        const { cameraId } = asked.request;
        const untaken = await withdraw(this.#redis, { cameraId, id }).catch(() => false);
        if (untaken) lost('No inference worker took it within 1.5 s.');
      }, takenMs),
    ];
    this.#send(asked, { id, owner }).catch((fault: unknown) => {
      if (fault instanceof Problem) reject(fault);
      else lost(`Redis did not take the request: ${messageOf(fault)}.`);
    });
    try {
      return await promise;
    } catch (fault) {
      if (fault instanceof Problem && fault.code === 'inference-lost') this.#lost += 1;
      else this.#failed += 1;
      throw fault;
    } finally {
      for (const cancel of timers) cancel();
      this.#pending.delete(id);
    }
  }

  async #send(asked: Asked, from: { id: string; owner: string }): Promise<void> {
    const value = await encodeRequest(asked, from);
    this.#largestBytes = Math.max(this.#largestBytes, value.length);
    const { cameraId } = asked.request;
    await ask(this.#redis, { kind: asked.kind, cameraId, value });
  }

  /** Answers of any worker; those that came too late have nobody who waits. */
  async #read(): Promise<void> {
    const key = repliesKey(this.#options.ownerId);
    while (!this.#closed) {
      try {
        const found = await this.#reader.blmpop(1, 1, key, 'LEFT', 'COUNT', mostReplies);
        for (const text of found?.[1] ?? []) this.#answered(JSON.parse(text) as Answer);
      } catch {
        // The connection is gone, which it logs itself, and comes back by itself.
        if (!this.#closed) await new Promise<void>((go) => this.#options.clock.setTimer(go, 100));
      }
    }
  }

  #answered({ id, worker, reply }: Answer): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#runs.set(worker, (this.#runs.get(worker) ?? 0) + 1);
    if (reply.kind === 'problem') pending.reject(problemOf(reply.problem));
    else pending.resolve(reply);
  }

  async #drain(): Promise<void> {
    await Promise.all(this.#lines.values());
    this.#closed = true;
    // Where Redis is away the read under way never ends, and nobody waits for it.
    this.#reader.disconnect();
    this.#redis.disconnect();
  }
}
