import type { JudgedState } from '@maskwatch/contracts/mask-state';
import { augmentationText } from '@maskwatch/training/features/augmentation';
import type { ClassifierOptions } from './options.ts';

/** How many pictures of each class, and of what else there was. */
export interface DataCounts {
  classes: readonly JudgedState[];
  training: Record<string, number>;
  validation: Record<string, number>;
  /** Where the faces were said to be: by labels, by the detector, by nobody. */
  from: { label: number; detector: number; picture: number };
  skipped: number;
  /** Pictures that look like another one, or belong to a series: a group is never split. */
  groups: number;
}

export interface CardFacts {
  name: string;
  options: ClassifierOptions;
  counts: DataCounts;
  /** On the validation part, as text. */
  figures: [name: string, value: string][];
  epochs: number;
  bestEpoch: number;
  /** What computed. */
  backend: string;
}

/** The card of a trained classifier: from what, how, how well, and what nobody knows of it. */
export function cardText({ name, options, counts, figures, ...run }: CardFacts): string {
  const { mode, dense, activation, dropout, imageSize, views, augment } = options;
  const head =
    dense.length > 0 ? `dense layers of ${dense.join(' and ')} (${activation})` : 'no dense layer';
  const sees =
    options.faces === 'auto'
      ? 'a square of 1.4 times the longer side of the face box, the border replicated'
      : 'the box stretched to a square; a picture that is one labelled face stands for its own box';
  return `# ${name}

Judges the mask state of one face crop: ${counts.classes.join(', ')}. MobileNetV2 1.0 at ${imageSize} pixels with ImageNet features, ${head}, dropout ${dropout}. Made by \`maskwatch train classifier\`, mode ${mode}.

## What it sees

\`planes\` uint8 [n, 3, ${imageSize}, ${imageSize}]: ${sees}. Output: \`logits\` [n, ${counts.classes.length}] in the order above.

## From what

| | ${counts.classes.join(' | ')} |
|---|${counts.classes.map(() => '---').join('|')}|
| training | ${counts.classes.map((state) => counts.training[state] ?? 0).join(' | ')} |
| validation | ${counts.classes.map((state) => counts.validation[state] ?? 0).join(' | ')} |

${counts.groups} groups of pictures that look alike or are of one series; ${
    options.validation === undefined
      ? 'a group is in training or in validation, never in both'
      : 'validation is a data set of its own'
  }. Faces: ${counts.from.label} by their labels, ${counts.from.detector} by the detector, ${counts.from.picture} pictures taken whole. ${counts.skipped} files skipped. The pictures are not part of this folder.

## How

${views} views a picture (${augmentationText(augment)}), batches of ${options.batchSize}, Adam at ${options.learningRate}, class weights ${options.classWeights}, seed ${options.seed}${mode === 'full' ? `, the last ${options.unfreeze} convolutions learn too` : ''}. ${run.epochs} epochs with ${run.backend}; the weights are those of epoch ${run.bestEpoch}, with the lowest validation loss.

## How well it works

On the validation part:

| | |
|---|---|
${figures.map(([what, value]) => `| ${what} | ${value} |`).join('\n')}

## What to know before trusting it

- The epoch, the temperature and the threshold were chosen on the same validation part, so its figures are a little too good. \`maskwatch evaluate classifier\` on pictures that were kept apart says how it does elsewhere.
- Pictures of the same kind as those it learned from are easier than those of your cameras.
- Who wears the masks in the pictures, and differences between groups of people, were not measured.
- Faces below 32 analysis pixels are not judged.
`;
}
