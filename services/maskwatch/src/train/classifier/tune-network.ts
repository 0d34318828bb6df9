import type { FeaturesModel } from '@maskwatch/contracts/model';
import type { LoadedModel } from '@maskwatch/runtime/registry';
import { nativeBackend } from '@maskwatch/runtime/tfjs-backend';
import type { FeaturePool } from '@maskwatch/training/features/feature-pool';
import type { ClassifierNetwork } from '@maskwatch/training/head/classifier-network';
import { type Fit, fit } from '@maskwatch/training/head/fit';
import { logitsOfAll } from '@maskwatch/training/head/measure-examples';
import type { Base } from '@maskwatch/training/head/mobilenetv2';
import { pixelExamples } from '@maskwatch/training/head/pixel-examples';
import { unfreeze } from '@maskwatch/training/head/unfreeze';
import type { PhaseProgress } from '../phase-progress.ts';
import { fitOptions } from './learn-head.ts';
import type { LearningData } from './learning-data.ts';
import { type ClassifierOptions, viewsOf } from './options.ts';
import type { OutFolder } from './out-folder.ts';
import { tuneByRecipe } from './tune-by-recipe.ts';
import type { Trained } from './write-results.ts';

export interface Tuned {
  data: LearningData;
  base: Base;
  /** With a trained head. */
  network: ClassifierNetwork;
}

export interface TuningParts {
  pool: FeaturePool;
  features: LoadedModel<FeaturesModel>;
  progress: PhaseProgress;
  signal: AbortSignal;
  out: OutFolder;
  /** Asked for where this process trains: the recipe keeps its own log and state. */
  hooks(): Promise<KeptHooks>;
}

/** Log, checkpoint and progress of a training that can go on. */
export type KeptHooks = Pick<Fit, 'signal' | 'onStep' | 'onEpoch' | 'from'>;

/**
 * Trains the upper convolutions with the head on pixels: in TensorFlow for Node where it is
 * installed, else by the recipe in PyTorch.
 */
export async function tuneNetwork(
  options: ClassifierOptions,
  tuned: Tuned,
  parts: TuningParts,
): Promise<Trained> {
  const native = await nativeBackend();
  if (native === undefined) return tuneByRecipe(options, tuned, parts);
  const { data, base, network } = tuned;
  unfreeze(base, options.unfreeze);
  const validation = examplesOf(options, data.validation, tuned, parts);
  const fitted = await fit({
    network: network.logits,
    training: examplesOf(options, data.training, tuned, parts),
    validation,
    options: fitOptions(options, data),
    ...(await parts.hooks()),
  });
  const logits = await logitsOfAll(network.logits, validation);
  return { ...fitted, backend: `TensorFlow.js (${native})`, network, logits };
}

/** Pixels of faces, with another view in each epoch. */
export function examplesOf(
  options: ClassifierOptions,
  numbers: readonly number[],
  { data }: Pick<Tuned, 'data'>,
  { pool }: Pick<TuningParts, 'pool'>,
) {
  const views = viewsOf(options);
  return pixelExamples({
    labels: numbers.map((n) => data.classes.indexOf(data.cuts[n]!.label)),
    size: options.imageSize,
    picture: (row, epoch) =>
      pool.pixels(data.cuts[numbers[row]!]!, { ...views, first: epoch, count: 1 }),
  });
}
