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
  requireCheckpoint,
  writeCheckpoint,
} from '@maskwatch/training/head/checkpoint';
import { logEpoch, startEpochLog } from '@maskwatch/training/head/epoch-log';
import type { Fit } from '@maskwatch/training/head/fit';
import { lossAndAccuracy } from '@maskwatch/training/head/measure-examples';
import { Interruption } from '../interruption.ts';
import { PhaseProgress } from '../phase-progress.ts';
import { backendForHead, learnHead } from './learn-head.ts';
import type { LearningData } from './learning-data.ts';
import { type ClassifierOptions, type GivenOptions, identityOf, withViews } from './options.ts';
import { type OutFolder, openOutFolder } from './out-folder.ts';
import { facesOf, learningDataOf, readDataSets } from './prepare-data.ts';
import type { TrainedBy, TrainingResult } from './result.ts';
import { loadBase, wholeNetwork } from './trained-network.ts';
import { requireTuning } from './tune-by-recipe.ts';
import { type KeptHooks, tuneNetwork } from './tune-network.ts';
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
  given: GivenOptions,
  { stderr, clock }: TrainingConsole,
): Promise<Finished> {
  const startedAt = clock.now();
  const progress = new PhaseProgress(stderr, clock);
  const interruption = new Interruption();
  const stopListening = interruption.listen(() => {
    progress.say(
      'Stopping: what is best so far is kept. Once more stops at once; --resume goes on after both.',
    );
  });
  const parts = { progress, signal: interruption.signal };
  try {
    const sets = await readDataSets(given);
    const options = withViews(given, sets.own.pictures.length);
    if (options.mode === 'full') await requireTuning(options);
    const out = await openOutFolder(options.out);
    if (options.resume && options.mode === 'head') await requireCheckpoint(out.folder);
    const faces = await facesOf(sets, options, parts);
    const features = await loadBase();
    const size = options.imageSize;
    const pool = await openFeaturePool({ size, model: features, cache: featureCacheFolder() });
    try {
      const data = await learningDataOf(faces, options, { ...parts, pool });
      const run = new Run(options, { ...parts, pool, features, out, data });
      return await run.finished(() => (clock.now() - startedAt) / 1000);
    } finally {
      await pool.close();
    }
  } finally {
    progress.clear();
    stopListening();
  }
}

interface Parts {
  pool: FeaturePool;
  features: LoadedModel<FeaturesModel>;
  progress: PhaseProgress;
  signal: AbortSignal;
  out: OutFolder;
  data: LearningData;
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
    const { pool, out, data } = this.#parts;
    const trained = options.mode === 'head' ? await this.#head() : await this.#full();
    const leakyAccuracy = await this.#leaky();
    this.#parts.progress.say('writing model and report');
    const written = await writeResults({ options, out, data, trained, leakyAccuracy, pool });
    if (trained.ended !== 'interrupted') await removeCheckpoint(out.folder);
    return { ...written, result: { ...written.result, seconds: Math.round(seconds()) } };
  }

  async #head(): Promise<Trained> {
    const options = this.#options;
    const { data, features } = this.#parts;
    const backend = await this.#backend();
    const hooks = await this.#kept();
    const { head, fitted, logits } = await learnHead(options, data, hooks);
    const { network } = await wholeNetwork(options, { features, classes: data.classes, head });
    return { ...fitted, backend, network, logits };
  }

  /** First a head on the features as they are, then the upper convolutions with it. */
  async #full(): Promise<Trained> {
    const options = this.#options;
    const { features, progress, signal, data } = this.#parts;
    await this.#backend();
    const faster = { ...options, learningRate: 10 * options.learningRate };
    const { head } = await learnHead(faster, data, { signal, ...this.#steps('head') });
    const whole = await wholeNetwork(options, { features, classes: data.classes, head });
    progress.start('tuning');
    const hooks = () => this.#kept();
    return tuneNetwork(options, { data, ...whole }, { ...this.#parts, hooks });
  }

  async #backend(): Promise<string> {
    const { data, progress } = this.#parts;
    const { name, notes } = await backendForHead(this.#options, data);
    for (const note of notes) progress.say(note);
    return `TensorFlow.js (${name})`;
  }

  /** Log and checkpoint of each epoch; where it goes on from. */
  async #kept(): Promise<KeptHooks> {
    const options = this.#options;
    const { data, signal, out } = this.#parts;
    const { folder, log } = out;
    const identity = identityOf(options, fingerprintOf(data));
    const from = options.resume ? await readCheckpoint(folder, identity) : undefined;
    await startEpochLog(log, from?.epochs ?? []);
    const done = from?.epochs.length ?? 0;
    const onEpoch: Fit['onEpoch'] = async (checkpoint) => {
      await logEpoch(log, checkpoint.epochs.at(-1)!);
      await writeCheckpoint(folder, identity, checkpoint);
    };
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
  async #leaky(): Promise<number | undefined> {
    const { leaky, validation, mode, seed } = this.#options;
    const { signal, data } = this.#parts;
    if (!leaky || validation !== undefined || mode === 'full' || signal.aborted) return undefined;
    const split = splitNaively(data.cuts, { seed });
    const naive = { ...data, training: split.train, validation: split.validation };
    const steps = this.#steps('the same after a naive split, to compare');
    const { logits } = await learnHead(this.#options, naive, { signal, ...steps });
    if (signal.aborted) return undefined;
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
