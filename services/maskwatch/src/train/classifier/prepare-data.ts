import { JudgedState } from '@maskwatch/contracts/mask-state';
import type { DataPicture, DataSet } from '@maskwatch/training/dataset/dataset';
import { nearDuplicateGroups } from '@maskwatch/training/dataset/near-duplicates';
import { readDataSet } from '@maskwatch/training/dataset/read-data-set';
import { type Split, splitByGroups } from '@maskwatch/training/dataset/split';
import type { FaceCut } from '@maskwatch/training/features/face-cut';
import type { FeaturePool } from '@maskwatch/training/features/feature-pool';
import { classWeights } from '@maskwatch/training/head/class-weights';
import type { PhaseProgress } from '../phase-progress.ts';
import { checkedClasses, checkSides } from './check-classes.ts';
import { collectFeatures } from './collect-features.ts';
import { type CutPictures, cutFaces, smallestLabelled } from './cut-faces.ts';
import type { LearningData } from './learning-data.ts';
import { type ClassifierOptions, cropOf, type GivenOptions, viewsOf } from './options.ts';

interface Parts {
  progress: PhaseProgress;
  signal: AbortSignal;
}

/** What is learned from, and what is validated on where that is a data set of its own. */
export interface DataSets {
  own: DataSet;
  validation?: DataSet;
}

/**
 * Reads the labels; no picture is opened yet. Problems: those of readDataSet, data-without-labels,
 * data-one-class, data-few, class-weights.
 */
export async function readDataSets(options: GivenOptions): Promise<DataSets> {
  const { data, validation, names } = options;
  const read = (path: string) => readDataSet(path, names === undefined ? {} : { names });
  const own = await read(data);
  const labels = own.pictures.flatMap(labelsOf);
  const classes = checkedClasses(labels, data);
  classWeights(
    options.classWeights,
    classes,
    labels.map((label) => classes.indexOf(label)),
  );
  return { own, ...(validation !== undefined && { validation: await read(validation) }) };
}

/** All labelled faces, and which of them are of the data set for validation. */
export interface Faces {
  cuts: FaceCut[];
  kept?: ReadonlySet<FaceCut>;
  skipped: DataSet['skipped'];
}

/** Opens the pictures, cuts the faces, and groups those that look alike. Problem training-interrupted. */
export async function facesOf(
  { own, validation }: DataSets,
  options: ClassifierOptions,
  parts: Parts,
): Promise<Faces> {
  const first = await cutsOf(own, options, parts);
  const second = validation && (await cutsOf(validation, options, parts));
  const cuts = grouped(second === undefined ? [first] : [first, second]);
  const ownCount = first.pictures.reduce((sum, picture) => sum + picture.cuts.length, 0);
  return {
    cuts,
    ...(second !== undefined && { kept: new Set(cuts.slice(ownCount)) }),
    skipped: [...first.skipped, ...(second?.skipped ?? [])],
  };
}

/** Computes the features of all and keeps some apart. Problems: data-few, data-alike, training-interrupted. */
export async function learningDataOf(
  { cuts, kept, skipped }: Faces,
  options: ClassifierOptions,
  { pool, progress, signal }: Parts & { pool: FeaturePool },
): Promise<LearningData> {
  progress.start('features');
  const features = await collectFeatures(pool, cuts, {
    ...{ views: viewsOf(options), signal },
    onDone: (done) => progress.show(done, cuts.length),
  });
  const labels = features.cuts.map(({ label }) => label);
  const split =
    kept === undefined
      ? splitByGroups(features.cuts, { seed: options.seed })
      : splitAsGiven(features.cuts, { isKept: (cut) => kept.has(cut), progress });
  const classes = checkedClasses(labels, options.data);
  const sides = { training: split.train, validation: split.validation };
  checkSides(classes, labels, sides);
  return {
    ...{ classes, labels, ...sides },
    ...{ cuts: features.cuts, rows: features.rows, channels: pool.channels },
    skipped: [...skipped, ...features.skipped],
  };
}

async function cutsOf(
  set: DataSet,
  options: ClassifierOptions,
  { signal, progress }: Parts,
): Promise<CutPictures> {
  const labelled = set.pictures.filter((picture) => labelsOf(picture).length > 0);
  progress.say(`${labelled.length} labelled pictures`);
  progress.start('faces');
  const found = await cutFaces(labelled, {
    ...{ crop: cropOf(options), signal },
    onDone: (done) => progress.show(done, labelled.length),
  });
  const tooSmall = found.pictures.reduce((sum, picture) => sum + picture.tooSmall, 0);
  if (tooSmall > 0) {
    progress.say(`${tooSmall} labelled faces are smaller than ${smallestLabelled} px: left out`);
  }
  const skipped = [...set.skipped, ...found.skipped];
  tellSkipped(skipped, progress);
  return { pictures: found.pictures, skipped };
}

/** Listed one by one; more are counted. */
const mostTold = 20;

function tellSkipped(skipped: DataSet['skipped'], progress: PhaseProgress): void {
  for (const { file, reason } of skipped.slice(0, mostTold)) {
    progress.say(`${file}: ${reason.replaceAll('\n', ' ')}`);
  }
  if (skipped.length > mostTold) {
    progress.say(`and ${skipped.length - mostTold} more; report.html lists what was left out`);
  }
}

/** Groups of pictures that look alike, over all data sets; faces of one picture are one group. */
function grouped(sets: readonly CutPictures[]): FaceCut[] {
  const pictures = sets.flatMap((set) => set.pictures);
  const prints = pictures.map(({ picture, print }) => ({ file: picture.file, print }));
  const groups = nearDuplicateGroups(prints);
  return pictures.flatMap(({ cuts }, n) => cuts.map((cut) => ({ ...cut, group: groups[n]! })));
}

/** What looks like a picture for validation is not learned from. */
function splitAsGiven(
  cuts: readonly FaceCut[],
  { isKept, progress }: { isKept(cut: FaceCut): boolean; progress: PhaseProgress },
): Split {
  const numbers = cuts.map((_, n) => n);
  const validation = numbers.filter((n) => isKept(cuts[n]!));
  const groups = new Set(validation.map((n) => cuts[n]!.group));
  const others = numbers.filter((n) => !isKept(cuts[n]!));
  const train = others.filter((n) => !groups.has(cuts[n]!.group));
  if (train.length < others.length) {
    const count = others.length - train.length;
    progress.say(`${count} faces look like some kept for validation: they are not learned from`);
  }
  return { train, validation };
}

function labelsOf({ label, faces = [] }: DataPicture): JudgedState[] {
  if (label !== undefined) return [label];
  return faces.flatMap(({ label: own, ignore }) => {
    const state = JudgedState.safeParse(own);
    return state.success && ignore !== true ? [state.data] : [];
  });
}
