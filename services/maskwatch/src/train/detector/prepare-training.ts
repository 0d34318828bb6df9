import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '@maskwatch/platform/problem';
import type { DataPicture, DataSet } from '@maskwatch/training/dataset/dataset';
import { clusterAnchors, meanOverlap } from '@maskwatch/training/detector/anchors';
import { anchorCount, anchorsOf, cfgForData } from '@maskwatch/training/detector/cfg-for-data';
import { sizesAt } from '@maskwatch/training/detector/labels-for-detector';
import {
  type PreparedPicture,
  preparePictures,
  writeList,
} from '@maskwatch/training/detector/prepare-pictures';
import type { PhaseProgress } from '../phase-progress.ts';
import type { AnchorFacts, DataCounts } from './card.ts';
import { networkCfg, startArguments } from './network-source.ts';
import type { DetectorOptions } from './options.ts';
import { splitForDetector } from './split-data.ts';

/** With fewer boxes an anchor would be a face or two: the cfg's own serve better. */
const boxesAnAnchor = 10;
/** Fewer pictures with faces teach nothing that holds on others. */
const fewestPictures = 10;

export interface PreparedTraining {
  /** The cfg that is trained and imported. */
  cfg: string;
  anchors: AnchorFacts;
  counts: DataCounts;
  /** Where the recipe reads and writes. */
  folder: string;
  /** What the recipe is asked. */
  args: string[];
  /** The pictures on which it is measured, as they were given. */
  validation: DataPicture[];
}

export interface PrepareContext {
  /** Gets everything the recipe needs. */
  folder: string;
  set: DataSet;
  /** Where --validation names one. */
  validation?: DataSet;
  signal: AbortSignal;
  progress: PhaseProgress;
}

/** Copies, lists, anchors, cfg and starting weights. Problems: detector-data, train-options. */
export async function prepareTraining(
  options: DetectorOptions,
  context: PrepareContext,
): Promise<PreparedTraining> {
  const { folder, set, validation, progress } = context;
  const source = await networkCfg(options.network);
  const both = [set, ...(validation === undefined ? [] : [validation])];
  const all = both.flatMap(({ pictures }) => pictures.filter(({ faces }) => faces !== undefined));
  if (all.length === 0) throw withoutBoxes();
  await mkdir(folder, { recursive: true });
  const { prepared, skipped } = await copies(all, options, context);
  for (const { file, reason } of skipped) progress.say(`${file}: ${reason.replaceAll('\n', ' ')}`);
  const own = validation === undefined ? undefined : new Set(validation.pictures);
  const split = splitForDetector(prepared, { own, seed: options.seed });
  requireEnough(split.training, 'training');
  requireEnough(split.validation, 'validation');
  const { cfg, anchors } = cfgOf(source, split.training, options);
  await writeList(join(folder, 'training.jsonl'), split.training);
  await writeList(join(folder, 'validation.jsonl'), split.validation);
  await writeFile(join(folder, 'network.cfg'), cfg);
  const labels = both.reduce((sum, one) => sum + one.skipped.length, 0);
  return {
    ...{ cfg, anchors, folder },
    counts: {
      training: countsOf(split.training),
      validation: countsOf(split.validation),
      ...(split.groups === undefined ? {} : { groups: split.groups }),
      skipped: labels + skipped.length,
    },
    args: await recipeArguments(options, { folder, source }),
    validation: split.validation.map(({ picture }) => picture),
  };
}

async function copies(
  pictures: readonly DataPicture[],
  { classes, size }: DetectorOptions,
  { folder, signal, progress }: PrepareContext,
) {
  progress.start('pictures');
  const result = await preparePictures({
    ...{ pictures, folder, classes, size, signal },
    onDone: (done) => progress.show(done, pictures.length),
  });
  progress.clear();
  if (signal.aborted) throw interrupted();
  return result;
}

function cfgOf(
  source: string,
  training: readonly PreparedPicture[],
  { anchors, classes, seed, size }: DetectorOptions,
): { cfg: string; anchors: AnchorFacts } {
  const sizes = sizesAt(size, training);
  const count = anchorCount(source);
  const found =
    anchors === 'data' && sizes.length >= boxesAnAnchor * count
      ? clusterAnchors(sizes, { count, seed })
      : [];
  const own = found.length < count;
  const cfg = cfgForData(source, {
    ...{ classes: classes.length, size },
    ...(own ? {} : { anchors: found }),
  });
  const used = anchorsOf(cfg);
  const overlap = meanOverlap(sizes, used);
  return { cfg, anchors: { from: own ? 'cfg' : 'data', sizes: used, overlap } };
}

async function recipeArguments(
  options: DetectorOptions,
  { folder, source }: { folder: string; source: string },
): Promise<string[]> {
  const { batchSize, epochs, learningRate, minutes, resume, seed, size } = options;
  const values = {
    ...{ cfg: join(folder, 'network.cfg'), out: join(folder, 'run') },
    ...{ data: join(folder, 'training.jsonl'), validation: join(folder, 'validation.jsonl') },
    ...{ size, epochs, seed, 'batch-size': batchSize },
    ...(minutes === undefined ? {} : { minutes }),
    ...(learningRate === undefined ? {} : { 'learning-rate': learningRate }),
  };
  return [
    ...Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...(await startArguments(options, { cfg: source, folder })),
    ...(resume ? ['--resume'] : []),
  ];
}

function countsOf(some: readonly PreparedPicture[]): { pictures: number; faces: number } {
  const faces = some.reduce((sum, { line }) => sum + line.boxes.length, 0);
  return { pictures: some.length, faces };
}

function requireEnough(some: readonly PreparedPicture[], part: string): void {
  const withFaces = some.filter(({ line }) => line.boxes.length > 0).length;
  const fewest = part === 'training' ? fewestPictures : 1;
  if (withFaces >= fewest) return;
  throw new Problem(
    'detector-data',
    `The ${part} part has ${withFaces} pictures with faces; at least ${fewest} are needed.`,
    {
      action: 'Label more pictures, or name a data set of its own with --validation.',
      status: 422,
    },
  );
}

function withoutBoxes(): Problem {
  return new Problem('detector-data', 'No picture of DATA says where its faces are.', {
    action:
      'A detector learns from VOC XML, YOLO text, COCO JSON or a shard with faces; a folder per class is for "train classifier".',
    status: 422,
  });
}

export function interrupted(): Problem {
  return new Problem('training-interrupted', 'The training was stopped before its first epoch.', {
    action: 'Run it again, with --resume where batches were learned from already.',
  });
}
