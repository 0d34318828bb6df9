import { createHash } from 'node:crypto';
import type { FeaturesModel } from '@maskwatch/contracts/model';
import type { Clock } from '@maskwatch/platform/clock';
import type { LoadedModel } from '@maskwatch/runtime/registry';
import { splitNaively } from '@maskwatch/training/dataset/split';
import { featureCacheFolder } from '@maskwatch/training/features/feature-cache';
import { type FeaturePool, openFeaturePool } from '@maskwatch/training/features/feature-pool';
import {
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
} from '@maskwatch/training/head/checkpoint';
import { logEpoch, startEpochLog } from '@maskwatch/training/head/epoch-log';
import type { Fit } from '@maskwatch/training/head/fit';
import { lossAndAccuracy } from '@maskwatch/training/head/measure-examples';
import { Interruption } from '../interruption.ts';
import { PhaseProgress } from '../phase-progress.ts';
import { backendForHead, learnHead } from './learn-head.ts';
import type { LearningData } from './learning-data.ts';
import { type ClassifierOptions, identityOf } from './options.ts';
import { type OutFolder, openOutFolder } from './out-folder.ts';
import { prepareData } from './prepare-data.ts';
import type { TrainedBy, TrainingResult } from './result.ts';
import { loadBase, wholeNetwork } from './trained-network.ts';
import { tuneNetwork } from './tune-network.ts';
import { type Trained, writeResults } from './write-results.ts';

export interface TrainingConsole {
  stderr: NodeJS.WritableStream;
  clock: Clock;
}

export interface Finished {
  result: TrainingResult;
  trained: TrainedBy;
  figures: [name: string, value: string][];
}

/** Trains as asked and writes the model's folder. Progress is on stderr; the first Ctrl-C ends it well. */
export async function trainClassifier(
  options: ClassifierOptions,
  { stderr, clock }: TrainingConsole,
): Promise<Finished> {
  const startedAt = clock.now();
  const progress = new PhaseProgress(stderr, clock);
  const interruption = new Interruption();
  const stopListening = interruption.listen(() => {
    progress.say(
      'Stopping: what is best so far is kept. Once more stops at once and keeps nothing.',
    );
  });
  const features = await loadBase();
  const size = options.imageSize;
  const pool = await openFeaturePool({ size, model: features, cache: featureCacheFolder() });
  try {
    const run = new Run(options, { pool, features, progress, signal: interruption.signal });
    return await run.finished(() => (clock.now() - startedAt) / 1000);
  } finally {
    await pool.close();
    progress.clear();
    stopListening();
  }
}

interface Parts {
  pool: FeaturePool;
  features: LoadedModel<FeaturesModel>;
  progress: PhaseProgress;
  signal: AbortSignal;
}

/** One training, step by step. */
class Run {
  readonly #options: ClassifierOptions;
  readonly #parts: Parts;

  constructor(options: ClassifierOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
  }

  async finished(seconds: () => number): Promise<Finished> {
    const options = this.#options;
    const out = await openOutFolder(options.out);
    const data = await prepareData(options, this.#parts);
    const trained =
      options.mode === 'head' ? await this.#head(data, out) : await this.#full(data, out);
    const leakyAccuracy = await this.#leaky(data);
    const { pool } = this.#parts;
    const written = await writeResults({ options, out, data, trained, leakyAccuracy, pool });
    if (trained.ended !== 'interrupted') await removeCheckpoint(out.folder);
    return { ...written, result: { ...written.result, seconds: Math.round(seconds()) } };
  }

  async #head(data: LearningData, out: OutFolder): Promise<Trained> {
    const options = this.#options;
    const backend = await this.#backend(data);
    const hooks = await this.#kept(data, out);
    const { head, fitted, logits } = await learnHead(options, data, hooks);
    const { features } = this.#parts;
    const { network } = await wholeNetwork(options, { features, classes: data.classes, head });
    return { ...fitted, backend, network, logits };
  }

  /** First a head on the features as they are, then the upper convolutions with it. */
  async #full(data: LearningData, out: OutFolder): Promise<Trained> {
    const options = this.#options;
    const { features, progress, signal } = this.#parts;
    const backend = await this.#backend(data);
    const faster = { ...options, learningRate: 10 * options.learningRate };
    const { head } = await learnHead(faster, data, { signal, ...this.#steps('head') });
    const whole = await wholeNetwork(options, { features, classes: data.classes, head });
    const hooks = await this.#kept(data, out);
    const parts = { ...this.#parts, out, hooks, backend };
    progress.start('tuning');
    return tuneNetwork(options, { data, ...whole }, parts);
  }

  async #backend(data: LearningData): Promise<string> {
    const { name, notes } = await backendForHead(this.#options, data);
    for (const note of notes) this.#parts.progress.say(note);
    return `TensorFlow.js (${name})`;
  }

  /** Log and checkpoint of each epoch; where it goes on from. */
  async #kept(data: LearningData, { folder, log }: OutFolder) {
    const options = this.#options;
    const identity = identityOf(options, fingerprintOf(data));
    const from = options.resume ? await readCheckpoint(folder, identity) : undefined;
    await startEpochLog(log, from?.epochs ?? []);
    const done = from?.epochs.length ?? 0;
    const onEpoch: Fit['onEpoch'] = async (checkpoint) => {
      await logEpoch(log, checkpoint.epochs.at(-1)!);
      await writeCheckpoint(folder, identity, checkpoint);
    };
    const { signal } = this.#parts;
    return { signal, onEpoch, ...this.#steps('epochs', done), ...(from && { from }) };
  }

  #steps(phase: string, done = 0): Pick<Fit, 'onStep'> {
    const { progress } = this.#parts;
    const { epochs } = this.#options;
    progress.start(phase, done);
    return {
      onStep: ({ epoch, done: step, steps }) => {
        progress.show(epoch - 1 + step / steps, epochs, ' at most');
      },
    };
  }

  /** The accuracy that a naive split would have shown. */
  async #leaky(data: LearningData): Promise<number | undefined> {
    const { leaky, validation, mode, seed } = this.#options;
    const { signal } = this.#parts;
    if (!leaky || validation !== undefined || mode === 'full' || signal.aborted) return undefined;
    const split = splitNaively(data.cuts, { seed });
    const naive = { ...data, training: split.train, validation: split.validation };
    const steps = this.#steps('the same after a naive split, to compare');
    const { logits } = await learnHead(this.#options, naive, { signal, ...steps });
    const labels = split.validation.map((n) => data.classes.indexOf(data.cuts[n]!.label));
    return lossAndAccuracy(logits, labels).accuracy;
  }
}

/** Which faces with which labels, and which of them are kept apart. */
function fingerprintOf({ cuts, training }: LearningData): string {
  const faces = cuts.map(({ picture, label, region }) => [picture.file, label, region]);
  const json = JSON.stringify([faces, training]);
  return createHash('sha256').update(json).digest('hex').slice(0, 16);
}
