import type { DetectorFigures } from '@maskwatch/training/evaluation/detector-figures';
import { mainRow } from '@maskwatch/training/evaluation/detector-figures';
import { counted } from '../../counted.ts';
import type { DetectorOptions } from './options.ts';
import type { RecipeOutcome } from './recipe-outcome.ts';

/** How many pictures and faces there were, and how they were parted. */
export interface DataCounts {
  training: { pictures: number; faces: number };
  validation: { pictures: number; faces: number };
  /** Pictures that look alike stay together; absent where validation is a data set of its own. */
  groups?: number;
  skipped: number;
}

export interface AnchorFacts {
  from: 'data' | 'cfg';
  sizes: readonly (readonly [number, number])[];
  /** Mean overlap of a box with the anchor that fits it best. */
  overlap: number;
}

export interface CardFacts {
  name: string;
  options: DetectorOptions;
  counts: DataCounts;
  anchors: AnchorFacts;
  outcome: RecipeOutcome;
  figures: DetectorFigures;
  confidence: number;
}

/** What model.json says under `measured`. */
export function measuredOf(
  figures: DetectorFigures,
  pictures: number,
): Record<string, number | string> {
  const { faceAp, foundAp, statesAp } = figures;
  const { precision, recall } = mainRow(figures.rows, 'face') ?? {};
  const rounded = Object.entries({ faceAp, foundAp, statesAp, precision, recall }).flatMap(
    ([name, value]) => (value === undefined ? [] : [[name, Number(value.toFixed(3))] as const]),
  );
  const of = `${pictures} pictures of the validation part, by which the thresholds were chosen`;
  return { pictures: of, ...Object.fromEntries(rounded) };
}

/** The card of a trained detector: from what, how, how well, and what nobody knows of it. */
export function cardText(facts: CardFacts): string {
  const { name, options, counts, anchors, outcome, figures, confidence } = facts;
  const states = !options.classes.includes('face');
  const finds = states
    ? `Finds faces and says of each whether it wears a mask (${options.classes.join(', ')}); it runs without a classifier.`
    : 'Finds faces, masked or bare.';
  const table = Object.entries(measuredOf(figures, counts.validation.pictures));
  return `# ${name}

${finds} Network: ${options.network}, at ${options.size} pixels. Made by \`maskwatch train detector\`.

## What it sees

\`planes\` uint8 [n, 3, height, width]: the picture with its longest side at ${options.size}, top left, padded with 114 to a multiple of the coarsest stride. Outputs: raw maps by stride; model.json says how they are decoded.

## From what

| | pictures | faces |
|---|---|---|
| training | ${counts.training.pictures} | ${counts.training.faces} |
| validation | ${counts.validation.pictures} | ${counts.validation.faces} |

${
  counts.groups === undefined
    ? 'Validation is a data set of its own.'
    : `${counts.groups} groups of pictures that look alike or are of one series; a group is in training or in validation, never in both.`
} ${counts.skipped} files skipped. The pictures are not part of this folder.

## How

Start: ${startText(options.from)}. Anchors ${anchors.from === 'data' ? 'by k-means on the boxes' : 'of the cfg'}: ${anchors.sizes.map((side) => side.map((n) => n.toFixed(0)).join('x')).join(', ')} (mean overlap with the best ${anchors.overlap.toFixed(2)}). ${counted(outcome.epochs, 'epoch')} in batches of ${options.batchSize}, ${outcome.steps} steps, ${(outcome.seconds / 60).toFixed(1)} minutes, ended by ${outcome.stopped}; seed ${options.seed}. The weights are the moving average at the end.

## How well it works

On the validation part, faces from 16 px on; precision and recall at the confidence ${confidence}:

| | |
|---|---|
${table.map(([what, value]) => `| ${what} | ${value} |`).join('\n')}

## What to know before trusting it

- The thresholds were chosen on the same validation part, so precision and recall are a little too good. \`maskwatch evaluate detector\` on pictures that were kept apart says how it does elsewhere.
- Pictures of the same kind as those it learned from are easier than those of your cameras.
- Faces under 10 pixels of its input are not to be relied on.
- Who is in the pictures, and differences between groups of people, were not measured.
`;
}

function startText(from: string): string {
  if (from === 'none') return 'random weights';
  return from === 'shipped' ? 'the weights of face-yolov4-mobilenetv2' : 'weights that were given';
}
