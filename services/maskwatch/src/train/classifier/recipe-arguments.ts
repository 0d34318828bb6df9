import { Problem } from '@maskwatch/platform/problem';
import { type Augmentation, augmentationText } from '@maskwatch/training/features/augmentation';
import type { ClassifierOptions } from './options.ts';

/** Where the recipe finds what it needs, all of them folders. */
export interface RecipeFolders {
  training: string;
  validation: string;
  base: string;
  out: string;
}

const activations: readonly string[] = ['relu', 'elu', 'tanh', 'sigmoid'];

/** The options of a training as models/recipes/classifier takes them. Problem train-options. */
export function recipeArguments(
  options: ClassifierOptions,
  classes: readonly string[],
  folders: RecipeFolders,
): string[] {
  const { activation, classWeights, dense, resume } = options;
  if (!activations.includes(activation)) {
    throw refused(`--activation ${activation}`, `one of ${activations.join(', ')}`);
  }
  if (classWeights !== 'balanced' && classWeights !== 'none') {
    throw refused(`--class-weights ${classWeights}`, 'balanced or none');
  }
  const values = {
    ...{ data: folders.training, validation: folders.validation, base: folders.base },
    ...{ out: folders.out, classes: classes.join(','), 'image-size': options.imageSize },
    ...{ unfreeze: options.unfreeze, dense: dense.join(',') || 'none', activation },
    ...{ dropout: options.dropout, 'learning-rate': options.learningRate },
    ...{ 'batch-size': options.batchSize, epochs: options.epochs, patience: options.patience },
    ...{ 'class-weights': classWeights, augment: recipeAugmentation(options.augment) },
    seed: options.seed,
  };
  const pairs = Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return [...pairs, ...(resume ? ['--resume'] : [])];
}

/** The recipe takes blur, jpeg and downscale as shares of the pictures: its usual ones. */
function recipeAugmentation(augmentation: Augmentation): string {
  const { zoom, rotate, shift, flip, brightness, blur, jpeg, downscale } = augmentation;
  const parts = [
    ...Object.entries({ zoom, rotate, shift, brightness }).flatMap(([name, value]) =>
      value > 0 ? [`${name}=${value}`] : [],
    ),
    ...Object.entries({ flip, blur, jpeg, downscale }).flatMap(([name, value]) =>
      Number(value) > 0 ? [name] : [],
    ),
  ];
  return augmentationText(augmentation) === 'none' ? 'none' : parts.join(',');
}

function refused(what: string, wanted: string): Problem {
  return new Problem('train-options', `${what} is not known to the recipe in PyTorch.`, {
    action: `Give ${wanted}, or install @tensorflow/tfjs-node, which takes all of them.`,
    status: 422,
  });
}
