import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { FeaturesModel } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import type { LoadedModel } from '@maskwatch/runtime/registry';
import { type Augmentation, augmentationText } from './augmentation.ts';
import type { ViewPlan } from './cut-views.ts';
import type { FaceCut } from './face-cut.ts';
import { FeatureCache } from './feature-cache.ts';
import { FeatureThread } from './feature-thread.ts';
import type { WorkerRequest } from './worker-messages.ts';

/** Of a cut, to be looked at in a report. */
const thumbnailSize = 96;
/** A new way of making views is a new word in every key. */
const version = 1;

/** Which views of a cut are wanted; the same ones give the same pixels on every run. */
export interface Views {
  /** Number of the first one (0 where not said). View 0 is the cut as the service sees it. */
  first?: number;
  count: number;
  /** How the views from number 1 on differ from it; without it they are all as view 0. */
  augmentation?: Augmentation;
  /** Of the whole run: with the picture's content it decides every augmented view. */
  seed: number;
}

/** What a cut is taken from; a FaceCut fits. */
export type CutSource = Pick<FaceCut, 'picture' | 'region'>;

/** What becomes of cuts before any network. */
export interface CutPool {
  /** uint8 [count, 3, size, size], red, green, blue. Problem picture-unreadable. */
  pixels(cut: CutSource, views: Views, size?: number): Promise<Uint8Array>;
  /** The cut as a small JPEG, for a report: a square of `size` pixels (96 where not said). */
  thumbnail(cut: CutSource, size?: number): Promise<Uint8Array>;
}

/** Threads that decode, cut, augment and run the lower part of a network. */
export interface FeaturePool extends CutPool {
  /** Values of one row of features. */
  channels: number;
  /** float32 [count, channels], from the cache where it has them. Problem picture-unreadable. */
  views(cut: CutSource, views: Views): Promise<Float32Array>;
  /** How many views came from the cache, and how many were computed. */
  counts(): { cached: number; computed: number };
  /** Waits for what is under way, then ends the threads; nothing may be asked afterwards. */
  close(): Promise<void>;
}

export interface FeaturePoolOptions {
  model: LoadedModel<FeaturesModel>;
  /** Width and height of a view in pixels. */
  size: number;
  /** One a core where not said. */
  threads?: number;
  /** A folder (see featureCacheFolder); nothing is kept without. */
  cache?: string;
}

/** Problems: model-open where the network cannot be opened. */
export async function openFeaturePool(options: FeaturePoolOptions): Promise<FeaturePool> {
  const { model, threads = availableParallelism(), cache: folder } = options;
  const cache = folder === undefined ? undefined : new FeatureCache(folder);
  await cache?.prune();
  return new Pool(options, await startThreads(threads, model), cache);
}

async function startThreads(
  count: number,
  model: LoadedModel<FeaturesModel>,
): Promise<FeatureThread[]> {
  const starts = Array.from({ length: Math.max(1, count) }, () => FeatureThread.start({ model }));
  const started = await Promise.allSettled(starts);
  const running = started.filter((one) => one.status === 'fulfilled').map((one) => one.value);
  const failed = started.find((one) => one.status === 'rejected');
  if (failed === undefined) return running;
  await Promise.all(running.map((thread) => thread.stop()));
  throw failed.reason;
}

class Pool implements FeaturePool {
  readonly channels: number;
  readonly #options: FeaturePoolOptions;
  readonly #cache: FeatureCache | undefined;
  readonly #all: readonly FeatureThread[];
  readonly #free: FeatureThread[];
  /** Who waits for a thread; they hold no pixels and no bytes yet. */
  readonly #waiting: ((thread: FeatureThread) => void)[] = [];
  readonly #counts = { cached: 0, computed: 0 };
  #closed = false;

  constructor(
    options: FeaturePoolOptions,
    threads: FeatureThread[],
    cache: FeatureCache | undefined,
  ) {
    this.channels = options.model.model.channels;
    this.#options = options;
    this.#all = threads;
    this.#free = [...threads];
    this.#cache = cache;
  }

  async views(cut: CutSource, views: Views): Promise<Float32Array> {
    const { size, model } = this.#options;
    return this.#withThread(async (thread) => {
      const bytes = await cut.picture.bytes();
      const plan = planOf(cut, views, { size, sha256: sha256Of(bytes) });
      const key = JSON.stringify([version, model.model.sha256, plan]);
      const kept = await this.#cache?.read(key, views.count * this.channels);
      this.#counts[kept === undefined ? 'computed' : 'cached'] += views.count;
      if (kept !== undefined) return kept;
      const request: WorkerRequest = { kind: 'features', bytes, plan };
      const values = (await thread.send(request)) as Float32Array;
      await this.#cache?.write(key, values);
      return values;
    });
  }

  async pixels(cut: CutSource, views: Views, size = this.#options.size): Promise<Uint8Array> {
    return this.#bytes('pixels', cut, { views, size });
  }

  async thumbnail(cut: CutSource, size = thumbnailSize): Promise<Uint8Array> {
    return this.#bytes('thumbnail', cut, { views: { count: 1, seed: 0 }, size });
  }

  counts(): { cached: number; computed: number } {
    return { ...this.#counts };
  }

  async close(): Promise<void> {
    this.#closed = true;
    // A thread that is taken is free of requests, also of those that still read their picture.
    const taken = this.#all.map(async () => this.#free.pop() ?? (await this.#turn()));
    const threads = await Promise.all(taken);
    await Promise.all(threads.map((thread) => thread.stop()));
  }

  async #bytes(
    kind: 'pixels' | 'thumbnail',
    cut: CutSource,
    { views, size }: { views: Views; size: number },
  ): Promise<Uint8Array> {
    return this.#withThread(async (thread) => {
      const bytes = await cut.picture.bytes();
      const plan = planOf(cut, views, { size, sha256: sha256Of(bytes) });
      return (await thread.send({ kind, bytes, plan } satisfies WorkerRequest)) as Uint8Array;
    });
  }

  async #withThread<T>(use: (thread: FeatureThread) => Promise<T>): Promise<T> {
    if (this.#closed) throw closed();
    const free = this.#free.pop();
    const thread = free ?? (await this.#turn());
    try {
      if (free === undefined && this.#closed) throw closed();
      return await use(thread);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(thread);
      else next(thread);
    }
  }

  /** First come, first served; a thread serves one at a time. */
  #turn(): Promise<FeatureThread> {
    return new Promise((take) => this.#waiting.push(take));
  }
}

function closed(): Problem {
  return new Problem('features-closed', 'The threads for features have ended.');
}

/** Numbers of views follow from content, place and seed; not from the name or order of pictures. */
function planOf(
  { region }: CutSource,
  { first = 0, count, augmentation, seed }: Views,
  { size, sha256 }: { size: number; sha256: string },
): ViewPlan {
  const augmented = augmentation !== undefined && augmentationText(augmentation) !== 'none';
  const plan = { region, size, first, count };
  if (!augmented || first + count < 2) return { ...plan, word: sha256 };
  return { ...plan, augmentation, word: `${sha256} ${region.join(' ')} ${seed}` };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
