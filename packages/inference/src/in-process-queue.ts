import { availableParallelism } from 'node:os';
import type { Detection } from '@maskwatch/contracts/detection';
import type { Probabilities } from '@maskwatch/contracts/mask-state';
import type { Logger } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';
import { loadPair } from '@maskwatch/runtime/model-pair';
import type { RequestedProvider } from '@maskwatch/runtime/provider';
import { modelsFolder } from '@maskwatch/runtime/registry';
import type {
  ClassifierRequest,
  DetectorRequest,
  InferenceQueue,
  InferenceStatus,
} from './inference-queue.ts';
import { InferenceWorker } from './inference-worker.ts';
import type { Asked, Outcome, WorkerReply, WorkerRequest, WorkerSetup } from './worker-messages.ts';

/** One request a camera, so this many cameras; more can only be a caller that does not wait. */
const mostWaiting = 1024;

export interface InferenceWorkersOptions {
  /** Names of models in the models folder, or folders. */
  detector: string;
  /** Not opened where the detector judges by itself. */
  classifier?: string;
  /** Threads, each with the models; one a core where absent. */
  workers?: number;
  logger: Logger;
  /** Where the models are; see the registry. */
  folder?: string;
  /** `cpu` where absent. */
  provider?: RequestedProvider;
}

/** Threads of this process: they also take several requests at once. */
export interface BatchQueue extends InferenceQueue {
  /**
   * Requests of one kind on one thread, in as few runs as their sizes allow; what became of each, in
   * order. One that cannot be run costs only itself. Problems inference-closed and inference-full.
   */
  judgeAll(asked: readonly Asked[]): Promise<Outcome[]>;
}

/**
 * Opens the models on every worker thread and compares one of them with the golden outputs.
 * Rejects with the Problem of a model that is unknown, altered, judges nothing or computes
 * something else.
 */
export async function startInferenceWorkers({
  detector,
  classifier,
  workers = availableParallelism(),
  logger,
  folder = modelsFolder(),
  provider,
}: InferenceWorkersOptions): Promise<BatchQueue> {
  const models = await loadPair({ detector, classifier }, folder);
  const queue = await startQueue({
    script: new URL('./worker.ts', import.meta.url),
    setups: Array.from(
      { length: workers },
      (_, id): WorkerSetup => ({
        ...{ ...models, golden: id === 0 },
        ...(provider === undefined ? {} : { provider }),
      }),
    ),
  });
  const alone = models.classifier === undefined;
  logger.info(
    { detector, ...(alone ? {} : { classifier }), workers },
    'inference workers are ready',
  );
  return queue;
}

/** One thread of `script` a setup; the seam at which tests put slow and failing sessions. */
export async function startQueue({
  script,
  setups,
  most = mostWaiting,
}: {
  script: URL;
  setups: readonly unknown[];
  most?: number;
}): Promise<BatchQueue> {
  const started = await Promise.allSettled(
    setups.map((setup, id) => InferenceWorker.start({ id, script, setup })),
  );
  const workers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed === undefined) return new InProcessQueue(workers, most);
  await Promise.all(workers.map((worker) => worker.stop()));
  throw failed.reason;
}

interface Waiting {
  message: Exclude<WorkerRequest, { kind: 'stop' }>;
  resolve(reply: WorkerReply): void;
  reject(reason: unknown): void;
}

class InProcessQueue implements BatchQueue {
  readonly #workers: readonly InferenceWorker[];
  readonly #most: number;
  // Crops go first: their frame is further on, and judging it takes a tenth of finding faces.
  readonly #classify: Waiting[] = [];
  readonly #detect: Waiting[] = [];
  #refused = 0;
  #failed = 0;
  #detectorMs: number | undefined;
  #classifierMs: number | undefined;
  #closing: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  constructor(workers: readonly InferenceWorker[], most: number) {
    this.#workers = workers;
    this.#most = most;
  }

  async detect(request: DetectorRequest): Promise<Detection[]> {
    const reply = await this.#enqueue({ kind: 'detect', request });
    if (reply.kind !== 'detections') throw new TypeError(`a detector answered ${reply.kind}`);
    this.#detectorMs = reply.ms;
    return reply.detections;
  }

  async classify(request: ClassifierRequest): Promise<Probabilities[]> {
    if (request.count === 0) return [];
    const reply = await this.#enqueue({ kind: 'classify', request });
    if (reply.kind !== 'probabilities') throw new TypeError(`a classifier answered ${reply.kind}`);
    this.#classifierMs = reply.ms;
    return reply.probabilities;
  }

  async judgeAll(asked: readonly Asked[]): Promise<Outcome[]> {
    if (asked.length === 0) return [];
    const reply = await this.#enqueue({ kind: 'batch', asked });
    if (reply.kind !== 'outcomes') throw new TypeError(`a batch was answered with ${reply.kind}`);
    for (const outcome of reply.outcomes) {
      if (outcome.kind === 'problem') this.#failed += 1;
      else if (outcome.kind === 'detections') this.#detectorMs = outcome.ms;
      else this.#classifierMs = outcome.ms;
    }
    return reply.outcomes;
  }

  status(): InferenceStatus {
    return {
      workers: this.#workers.map(({ id, busy, runs, computesOn }) => ({
        ...{ id, busy, runs },
        ...(computesOn === undefined ? {} : { computesOn }),
      })),
      ...(this.#detectorMs === undefined ? {} : { detectorMs: this.#detectorMs }),
      ...(this.#classifierMs === undefined ? {} : { classifierMs: this.#classifierMs }),
      queued: this.#queued,
      refused: this.#refused,
      failed: this.#failed,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  get #queued(): number {
    return this.#classify.length + this.#detect.length;
  }

  #enqueue(message: Waiting['message']): Promise<WorkerReply> {
    if (this.#closing !== undefined) {
      return Promise.reject(new Problem('inference-closed', 'The inference queue is closed.'));
    }
    if (this.#queued >= this.#most) {
      this.#refused += 1;
      return Promise.reject(
        new Problem('inference-full', `${this.#queued} requests wait for inference already.`, {
          action: 'Have fewer requests under way; a camera has one.',
          status: 503,
        }),
      );
    }
    return new Promise((resolve, reject) => {
      const kind = message.kind === 'batch' ? message.asked[0]?.kind : message.kind;
      const waiting = kind === 'classify' ? this.#classify : this.#detect;
      waiting.push({ message, resolve, reject });
      this.#next();
    });
  }

  /** Hands waiting requests to idle workers. */
  #next(): void {
    for (const worker of this.#workers) {
      if (worker.busy) continue;
      const waiting = this.#classify.shift() ?? this.#detect.shift();
      if (waiting === undefined) break;
      void this.#run(worker, waiting);
    }
    if (this.#queued === 0 && !this.#workers.some((worker) => worker.busy)) this.#idle?.();
  }

  async #run(worker: InferenceWorker, { message, resolve, reject }: Waiting): Promise<void> {
    try {
      resolve(await worker.send(message));
    } catch (thrown) {
      this.#failed += 1;
      reject(thrown);
    }
    this.#next();
  }

  async #drain(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
      this.#next();
    });
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }
}
