import { JudgedState } from '@maskwatch/contracts/mask-state';
import type { DataPicture, DataSet } from '@maskwatch/training/dataset/dataset';
import { nearDuplicateGroups } from '@maskwatch/training/dataset/near-duplicates';
import { readDataSet } from '@maskwatch/training/dataset/read-data-set';
import { type Split, splitByGroups } from '@maskwatch/training/dataset/split';
import type { FaceCut } from '@maskwatch/training/features/face-cut';
import type { FeaturePool } from '@maskwatch/training/features/feature-pool';
import type { PhaseProgress } from '../phase-progress.ts';
import { checkedClasses } from './check-classes.ts';
import { collectFeatures } from './collect-features.ts';
import { type CutPictures, cutFaces, smallestLabelled } from './cut-faces.ts';
import type { LearningData } from './learning-data.ts';
import { type ClassifierOptions, cropOf, viewsOf } from './options.ts';

interface Parts {
  pool: FeaturePool;
  progress: PhaseProgress;
  signal: AbortSignal;
}

/**
 * Reads the pictures, cuts the faces, keeps some apart, and computes the features of all. Problems:
 * those of readDataSet, data-without-labels, data-one-class, data-few, training-interrupted.
 */
export async function prepareData(options: ClassifierOptions, parts: Parts): Promise<LearningData> {
  const { data, validation } = options;
  const own = await cutsOf(data, options, parts);
  const apart = validation === undefined ? undefined : await cutsOf(validation, options, parts);
  const cuts = grouped([own, ...(apart ? [apart] : [])]);
  const ownCount = own.pictures.reduce((sum, picture) => sum + picture.cuts.length, 0);
  const { progress, signal } = parts;
  progress.start('features');
  const features = await collectFeatures(parts.pool, cuts, {
    ...{ views: viewsOf(options), signal },
    onDone: (done) => progress.show(done, cuts.length),
  });
  const labels = features.cuts.map(({ label }) => label);
  const classes = checkedClasses(labels, data);
  const from = new Set(cuts.slice(ownCount));
  const split =
    apart === undefined
      ? splitByGroups(features.cuts, { seed: options.seed })
      : splitAsGiven(features.cuts, { isKept: (cut) => from.has(cut), progress });
  return {
    ...{ classes, labels, cuts: features.cuts, rows: features.rows, channels: parts.pool.channels },
    ...{ training: split.train, validation: split.validation },
    skipped: [...own.skipped, ...(apart?.skipped ?? []), ...features.skipped],
  };
}

async function cutsOf(
  data: string,
  options: ClassifierOptions,
  { signal, progress }: Parts,
): Promise<CutPictures> {
  const { names } = options;
  const set = await readDataSet(data, names === undefined ? {} : { names });
  // Before anything is computed: what is missing now will not come.
  if (data === options.data) checkedClasses(set.pictures.flatMap(labelsOf), data);
  const labelled = set.pictures.filter((picture) => labelsOf(picture).length > 0);
  progress.say(`${labelled.length} labelled pictures in ${data}`);
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
