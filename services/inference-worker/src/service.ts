/** One of any number of workers: takes requests from Redis, judges, answers; keeps nothing. */
import { hostname } from 'node:os';
import type { ProcessStamp, WorkerStatus } from '@maskwatch/contracts/scaled';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import { answer, type Taken, take } from '@maskwatch/inference/redis-words';
import { recordOf } from '@maskwatch/inference/worker-messages';
import {
  readStamp,
  refuseOtherModels,
  removeWorker,
  writeWorker,
} from '@maskwatch/inference/worker-registry';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf, type Problem } from '@maskwatch/platform/problem';
import type { Redis } from 'ioredis';

const statusMs = 1000;
const stampMs = 2000;
/** Between two tries while Redis is away. */
const pauseMs = 200;

export interface InferenceServiceOptions {
  /** Commands; connected. */
  redis: Redis;
  /** Blocks; connected. */
  reader: Redis;
  /** The threads that judge. */
  queue: InferenceQueue;
  threads: number;
  /** Unique. */
  id: string;
  stamp: ProcessStamp;
  clock: Clock;
  logger: Logger;
  /** The active hub has other models: Problem `models-differ`, once. */
  onRefused(problem: Problem): void;
}

export class InferenceService {
  readonly #options: InferenceServiceOptions;
  readonly counts = { pictures: 0, crops: 0, failed: 0 };
  /** Requests under way: since when. */
  readonly #underWay = new Map<string, number>();
  #welcome = false;
  /** Why it does not compute where it was asked to, as the log was told. */
  #fallback: string | undefined;
  #running = true;
  #freed: (() => void) | undefined;
  #work: Promise<void> = Promise.resolve();
  #cancelTimers: (() => void)[] = [];

  constructor(options: InferenceServiceOptions) {
    this.#options = options;
  }

  /** The active hub was heard, and judges with the same models. */
  get welcome(): boolean {
    return this.#welcome;
  }

  /** Milliseconds for which the oldest request under way has been running. */
  get oldestMs(): number {
    const now = this.#options.clock.now();
    return Math.max(0, ...[...this.#underWay.values()].map((since) => now - since));
  }

  start(): void {
    this.#each(stampMs, () => this.#compare());
    this.#each(statusMs, () => this.#tell());
    this.#work = this.#takeAll();
  }

  /** Takes nothing more, answers what it has, and leaves. */
  async stop(): Promise<void> {
    const { redis, reader, queue, id, logger } = this.#options;
    this.#running = false;
    for (const cancel of this.#cancelTimers) cancel();
    this.#freed?.();
    await this.#work;
    while (this.#underWay.size > 0) await this.#untilFree();
    await queue.close();
    await removeWorker(redis, id).catch((fault: unknown) => {
      logger.warn({ fault: messageOf(fault) }, 'its place in the list of workers stays for 5 s');
    });
    reader.disconnect();
    redis.disconnect();
  }

  /** One more than there are threads: none waits for Redis, and no picture waits here for long. */
  async #takeAll(): Promise<void> {
    const { reader, redis, threads, clock } = this.#options;
    const pause = () =>
      new Promise<void>((go) => this.#cancelTimers.push(clock.setTimer(go, pauseMs)));
    while (this.#running) {
      const free = threads + 1 - this.#underWay.size;
      if (free <= 0) {
        await this.#untilFree();
      } else if (!this.#welcome) {
        await Promise.race([pause(), this.#untilFree()]);
      } else {
        // Its loss is logged by the connection, which comes back by itself.
        const taken = await take({ reader, redis }, free).catch(() => undefined);
        if (taken === undefined) await Promise.race([pause(), this.#untilFree()]);
        for (const one of taken ?? []) void this.#answer(one);
      }
    }
  }

  #untilFree(): Promise<void> {
    return new Promise((resolve) => {
      this.#freed = resolve;
    });
  }

  async #answer(taken: Taken): Promise<void> {
    const { redis, id: worker, clock } = this.#options;
    this.#underWay.set(taken.id, clock.now());
    const reply = await this.#judge(taken);
    // The owner counts what it does not hear as lost.
    await answer(redis, taken.owner, { id: taken.id, worker, reply }).catch(() => {});
    this.#underWay.delete(taken.id);
    this.#freed?.();
  }

  async #judge(taken: Taken) {
    const { queue } = this.#options;
    try {
      if (taken.kind === 'detect') {
        const detections = await queue.detect(taken.request);
        this.counts.pictures += 1;
        return { kind: 'detections', detections, ms: queue.status().detectorMs ?? 0 } as const;
      }
      const probabilities = await queue.classify(taken.request);
      this.counts.crops += taken.request.count;
      return {
        kind: 'probabilities',
        probabilities,
        ms: queue.status().classifierMs ?? 0,
      } as const;
    } catch (fault) {
      this.counts.failed += 1;
      return { kind: 'problem', problem: recordOf(fault) } as const;
    }
  }

  async #compare(): Promise<void> {
    const { redis, stamp, logger, onRefused } = this.#options;
    // Without an answer nothing has changed.
    const expected = await readStamp(redis).catch(() => undefined);
    if (expected === undefined) return;
    const problem = refuseOtherModels(stamp, expected);
    if (problem !== undefined) {
      this.#welcome = false;
      return onRefused(problem);
    }
    if (!this.#welcome) logger.info('the active hub has the same models: taking requests');
    this.#welcome = true;
  }

  async #tell(): Promise<void> {
    const status = this.status();
    this.#sayFallback(status);
    await writeWorker(this.#options.redis, status).catch(() => {});
  }

  /** Once, and again where it changes: a GPU may be lost in the middle. */
  #sayFallback({ provider, fallback }: WorkerStatus): void {
    if (fallback === this.#fallback) return;
    this.#fallback = fallback;
    if (fallback === undefined) return;
    this.#options.logger.warn({ provider, fallback }, 'computes elsewhere than it was asked to');
  }

  status(): WorkerStatus {
    const { queue, id, stamp, clock } = this.#options;
    const { workers, detectorMs, classifierMs } = queue.status();
    const computes = workers.map(({ computesOn }) => computesOn);
    const on = computes.find((one) => one?.fallback !== undefined) ?? computes[0];
    return {
      ...{ id, host: hostname(), pid: process.pid, at: clock.now(), version: stamp.version },
      detector: stamp.detector,
      ...(stamp.classifier === undefined ? {} : { classifier: stamp.classifier }),
      ...{ provider: on?.provider ?? 'cpu', batch: 1, ...this.counts },
      ...(on?.fallback === undefined ? {} : { fallback: on.fallback }),
      ...(detectorMs === undefined ? {} : { detectorMs }),
      ...(classifierMs === undefined ? {} : { classifierMs }),
    };
  }

  /** At once, and again after each. */
  #each(ms: number, task: () => Promise<void>): void {
    const index = this.#cancelTimers.push(() => {}) - 1;
    const again = async () => {
      await task();
      if (this.#running)
        this.#cancelTimers[index] = this.#options.clock.setTimer(() => void again(), ms);
    };
    void again();
  }
}
