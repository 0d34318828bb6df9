/** One of any number of workers: takes requests from Redis, judges, answers; keeps nothing. */
import { hostname } from 'node:os';
import type { ProcessStamp, WorkerDeath, WorkerStatus } from '@maskwatch/contracts/scaled';
import type { BatchQueue } from '@maskwatch/inference/in-process-queue';
import {
  answer,
  fetchRequests,
  framesWaiting,
  type Taken,
  takeCameras,
} from '@maskwatch/inference/redis-words';
import { type Outcome, recordOf } from '@maskwatch/inference/worker-messages';
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
/** A take blocks for a second; where Redis is away it never ends. */
const lastTakeMs = 2000;
/** Between two tries while Redis is away. */
const pauseMs = 200;
/** Most requests of one run. A CPU is no faster with several, and the first would wait for the last. */
const batchOfCpu = 1;
const batchOfGpu = 8;
/** How long a GPU waits for a batch to become full. */
const collectMs = 5;
/** After a crash, of which another shall show whose picture it was. */
const carefulMs = 10_000;
const gpus = new Set<string | undefined>(['cuda', 'webgpu']);

export interface InferenceServiceOptions {
  /** Commands; connected. */
  redis: Redis;
  /** Blocks; connected. */
  reader: Redis;
  /** The threads that judge. */
  queue: BatchQueue;
  threads: number;
  /** Most requests of one run; where absent 1 on a CPU and 8 on a GPU. */
  batch?: number;
  /** Unique. */
  id: string;
  stamp: ProcessStamp;
  /** The crash of the process in whose place this one was started. */
  died?: WorkerDeath;
  clock: Clock;
  logger: Logger;
  /** The active hub has other models: Problem `models-differ`, once. */
  onRefused(problem: Problem): void;
  /** Cameras of what is taken and not answered, each once; before any of it is looked at. */
  onUnderWay?(cameraIds: string[]): void;
}

export class InferenceService {
  readonly #options: InferenceServiceOptions;
  readonly counts = { pictures: 0, crops: 0, failed: 0 };
  /** Batches under way: since when. */
  readonly #underWay = new Map<string[], number>();
  /** Until then it takes one request at a time, so that no other camera is suspected. */
  #carefulUntil = 0;
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

  /** Milliseconds for which the oldest batch under way has been running. */
  get oldestMs(): number {
    const now = this.#options.clock.now();
    return Math.max(0, ...[...this.#underWay.values()].map((since) => now - since));
  }

  start(): void {
    const { died, clock } = this.#options;
    if (died !== undefined) this.#carefulUntil = clock.now() + carefulMs;
    // In this order on one connection: a crash is told before the next picture, which may be as bad.
    this.#each(statusMs, () => this.#tell());
    this.#each(stampMs, () => this.#compare());
    this.#work = this.#takeAll();
  }

  /** Takes nothing more, answers what it has, and leaves. */
  async stop(): Promise<void> {
    const { redis, reader, queue, id, clock, logger } = this.#options;
    this.#running = false;
    for (const cancel of this.#cancelTimers) cancel();
    this.#freed?.();
    const late = Promise.withResolvers<void>();
    const cancel = clock.setTimer(late.resolve, lastTakeMs);
    await Promise.race([this.#work, late.promise]);
    cancel();
    while (this.#underWay.size > 0) await this.#untilFree();
    await queue.close();
    await removeWorker(redis, id).catch((fault: unknown) => {
      logger.warn({ fault: messageOf(fault) }, 'its place in the list of workers stays for 5 s');
    });
    reader.disconnect();
    redis.disconnect();
  }

  /** One batch more than there are threads: none waits for Redis, and no picture waits here for long. */
  async #takeAll(): Promise<void> {
    const { reader, redis, threads, clock } = this.#options;
    while (this.#running) {
      const careful = clock.now() < this.#carefulUntil;
      if (this.#underWay.size > (careful ? 0 : threads)) {
        await this.#untilFree();
      } else if (!this.#welcome) {
        await Promise.race([this.#pause(pauseMs), this.#untilFree()]);
      } else {
        const most = careful ? 1 : this.#most;
        const collect = this.#onGpu ? () => this.#pause(collectMs) : undefined;
        const options = { most, ...(collect === undefined ? {} : { collect }) };
        // Its loss is logged by the connection, which comes back by itself.
        const cameras = await takeCameras({ reader, redis }, options).catch(() => undefined);
        if (cameras === undefined) await Promise.race([this.#pause(pauseMs), this.#untilFree()]);
        else if (cameras.length > 0) void this.#answer(cameras);
      }
    }
  }

  /** Asked each time: a GPU can be lost. */
  get #onGpu(): boolean {
    const { workers } = this.#options.queue.status();
    return workers.some(({ computesOn }) => gpus.has(computesOn?.provider));
  }

  get #most(): number {
    return this.#options.batch ?? (this.#onGpu ? batchOfGpu : batchOfCpu);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((go) => void this.#options.clock.setTimer(go, ms));
  }

  #untilFree(): Promise<void> {
    return new Promise((resolve) => {
      this.#freed = resolve;
    });
  }

  /** Fetched while the batch before computes. */
  async #answer(cameras: string[]): Promise<void> {
    const { redis, id: worker, clock } = this.#options;
    this.#underWay.set(cameras, clock.now());
    this.#sayUnderWay();
    // The owner counts what it does not hear as lost.
    const taken = await fetchRequests(redis, cameras).catch(() => []);
    const outcomes = await this.#judge(taken);
    const said = taken.map(({ id, owner }, n) =>
      answer(redis, owner, { id, worker, reply: outcomes[n]! }).catch(() => {}),
    );
    await Promise.all(said);
    this.#underWay.delete(cameras);
    this.#sayUnderWay();
    this.#freed?.();
  }

  #sayUnderWay(): void {
    this.#options.onUnderWay?.([...new Set([...this.#underWay.keys()].flat())]);
  }

  async #judge(taken: Taken[]): Promise<Outcome[]> {
    const outcomes = await this.#options.queue.judgeAll(taken).catch((fault: unknown) => {
      const problem = recordOf(fault);
      return taken.map((): Outcome => ({ kind: 'problem', problem }));
    });
    for (const outcome of outcomes) {
      if (outcome.kind === 'problem') this.counts.failed += 1;
      else if (outcome.kind === 'detections') this.counts.pictures += 1;
      else this.counts.crops += outcome.probabilities.length;
    }
    return outcomes;
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

  /** What waits in Redis for any worker. Rejects where Redis does not answer. */
  waiting(): ReturnType<typeof framesWaiting> {
    return framesWaiting(this.#options.redis);
  }

  status(): WorkerStatus {
    const { queue, id, stamp, died, clock } = this.#options;
    const { workers, detectorMs, classifierMs } = queue.status();
    const computes = workers.map(({ computesOn }) => computesOn);
    const on = computes.find((one) => one?.fallback !== undefined) ?? computes[0];
    return {
      ...{ id, host: hostname(), pid: process.pid, at: clock.now(), version: stamp.version },
      detector: stamp.detector,
      ...(stamp.classifier === undefined ? {} : { classifier: stamp.classifier }),
      ...{ provider: on?.provider ?? 'cpu', batch: this.#most, ...this.counts },
      ...(on?.fallback === undefined ? {} : { fallback: on.fallback }),
      ...(detectorMs === undefined ? {} : { detectorMs }),
      ...(classifierMs === undefined ? {} : { classifierMs }),
      ...(died === undefined ? {} : { died }),
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
