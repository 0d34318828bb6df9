import { Problem } from '@maskwatch/platform/problem';
import type { ClassNames } from '@maskwatch/training/dataset/class-names';
import { type Augmentation, augmentationText } from '@maskwatch/training/features/augmentation';
import type { Views } from '@maskwatch/training/features/feature-pool';
import type { TrainingIdentity } from '@maskwatch/training/head/checkpoint';
import type { HeadActivation } from '@maskwatch/training/head/head-layers';

/** What `maskwatch train classifier` was asked for, defaults filled in. */
export interface ClassifierOptions {
  data: string;
  /** A data set of its own for validation, instead of a part of `data`. */
  validation?: string;
  /** A name of the registry or, with a slash, a folder. */
  out: string;
  names?: ClassNames;
  /** Cut the faces out, or take each picture whole. */
  faces: 'auto' | 'whole';
  mode: 'head' | 'full';
  /** Convolutions of the base that learn in mode full, counted from the last. */
  unfreeze: number;
  dense: number[];
  activation: HeadActivation;
  dropout: number;
  learningRate: number;
  batchSize: number;
  epochs: number;
  patience: number;
  /** Width and height that the network sees. */
  imageSize: number;
  seed: number;
  classWeights: string;
  augment: Augmentation;
  /** Of each picture: one as it is, the others augmented. */
  views: number;
  /** Whether a head is also trained on a naive split, to show what its figure would have been. */
  leaky: boolean;
  resume: boolean;
  /** Of mode full where TensorFlow for Node is not installed; looked for where absent. */
  python?: string;
}

/** As given: how many views are made follows from the data where nobody says it. */
export type GivenOptions = Omit<ClassifierOptions, 'views'> & { views?: number };

/** Few pictures are shown in many views, many in few: 3,000 take as long as 1,000. */
const wantedViews = 9000;
const mostViews = 8;
const fewestViews = 3;

export function withViews(given: GivenOptions, pictures: number): ClassifierOptions {
  const fitting = Math.round(wantedViews / Math.max(1, pictures));
  return { ...given, views: given.views ?? Math.min(mostViews, Math.max(fewestViews, fitting)) };
}

/** What the crops of the model are: as the product cuts faces, or as the notebook stretches pictures. */
export function cropOf({ faces }: Pick<ClassifierOptions, 'faces'>) {
  return faces === 'auto'
    ? ({ shape: 'square', side: 1.4 } as const)
    : ({ shape: 'box', side: 1 } as const);
}

/** What must be the same for a training to go on; how long it runs may differ. */
export function identityOf(options: ClassifierOptions, data: string): TrainingIdentity {
  const { mode, dense, activation, dropout, learningRate, batchSize } = options;
  const { imageSize, seed, classWeights, augment, views, faces, unfreeze } = options;
  return {
    ...{ mode, activation, faces, data },
    ...{ dense: dense.join(',') || 'none', dropout: String(dropout) },
    ...{ 'learning-rate': String(learningRate), 'batch-size': String(batchSize) },
    ...{ 'image-size': String(imageSize), seed: String(seed), 'class-weights': classWeights },
    ...{ augment: augmentationText(augment), views: String(views) },
    ...(mode === 'full' ? { unfreeze: String(unfreeze) } : {}),
  };
}

/** `128,64` or `none`. Problem train-options. */
export function parseDense(text: string): number[] {
  if (text.trim() === 'none') return [];
  const units = text.split(',').map(Number);
  if (units.length <= 8 && units.every((n) => Number.isInteger(n) && n >= 1 && n <= 4096)) {
    return units;
  }
  throw new Problem('train-options', `--dense ${text} does not say how wide layers are.`, {
    action: 'Give up to 8 whole numbers from 1 to 4096 with commas between, or none.',
    status: 422,
  });
}

/** The views of each picture that is learned from. */
export function viewsOf({ views, augment, seed }: ClassifierOptions): Views {
  return { count: views, augmentation: augment, seed };
}
