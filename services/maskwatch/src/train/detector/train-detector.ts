import { copyFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DetectorModel } from '@maskwatch/contracts/model';
import { systemClock } from '@maskwatch/platform/clock';
import { Problem } from '@maskwatch/platform/problem';
import { writeDescription } from '@maskwatch/runtime/model-folder';
import { placeOfModel } from '@maskwatch/runtime/registry';
import type { DataSet } from '@maskwatch/training/dataset/dataset';
import { readDataSet } from '@maskwatch/training/dataset/read-data-set';
import {
  type DetectorFigures,
  detectorFigures,
} from '@maskwatch/training/evaluation/detector-figures';
import { detectorSections } from '@maskwatch/training/evaluation/detector-sections';
import { renderReport } from '@maskwatch/training/report/render-report';
import type { Section } from '@maskwatch/training/report/section';
import { runDetector } from '../../evaluate/detector-run.ts';
import { Interruption } from '../interruption.ts';
import { PhaseProgress } from '../phase-progress.ts';
import { findPython, runRecipe } from '../recipe-process.ts';
import { cardText, measuredOf } from './card.ts';
import { chooseThresholds } from './choose-thresholds.ts';
import { errorSheet } from './error-sheet.ts';
import { type DetectorOptions, identityOf } from './options.ts';
import { interrupted, type PreparedTraining, prepareTraining } from './prepare-training.ts';
import { RecipeOutcome } from './recipe-outcome.ts';
import { logSections, readTrainingLog } from './training-log.ts';
import { writeDetector } from './write-detector.ts';

/** Not asked where a detector is measured, but a pair of models has one. */
const anyClassifier = 'mask-mobilenetv2';

export interface TrainedDetector {
  name: string;
  folder: string;
  model: DetectorModel;
  prepared: PreparedTraining;
  outcome: RecipeOutcome;
  figures: DetectorFigures;
  sections: Section[];
}

type Stderr = NodeJS.WritableStream & { isTTY?: boolean };

/**
 * From labelled pictures to a detector of the registry. `OUT/training` holds what the recipe reads
 * and writes; the copies of the pictures are taken away at the end. Problems: those of the steps,
 * model-exists, training-differs, training-interrupted.
 */
export async function trainDetector(
  options: DetectorOptions,
  stderr: Stderr,
): Promise<TrainedDetector> {
  const { folder, name } = placeOfModel(options.out);
  const work = join(folder, 'training');
  await requireFree(options, { folder, work });
  const python = await findPython('detector', options.python);
  const interruption = new Interruption();
  const progress = new PhaseProgress(stderr, systemClock);
  const mute = interruption.listen(() =>
    progress.say('Stopping after this step; what was learned is kept. Ctrl-C again ends at once.'),
  );
  const { signal } = interruption;
  try {
    const data = await readSets(options);
    const prepared = await prepareTraining(options, { folder: work, ...data, signal, progress });
    await writeFile(join(work, 'options.json'), JSON.stringify(identityOf(options)));
    progress.say(introduction(prepared));
    const said = (line: string) => progress.say(line);
    const outcome = await runRecipe({
      ...{ recipe: 'detector', python, args: prepared.args, signal, said },
      outcome: RecipeOutcome,
    });
    if (outcome.epochs === 0 && outcome.stopped === 'interrupted') throw interrupted();
    const written = await writeDetector({
      ...{ folder, name, cfg: prepared.cfg, classes: options.classes, size: options.size },
      weights: await readFile(join(work, 'run', 'last.weights')),
      sources: sourcesOf(options),
    });
    return await finish(
      { ...{ name, folder, model: written.model, prepared, outcome }, stderr },
      options,
    );
  } finally {
    mute();
    await rm(join(work, 'pictures'), { recursive: true, force: true });
  }
}

async function readSets(options: DetectorOptions): Promise<{ set: DataSet; validation?: DataSet }> {
  const names = options.names === undefined ? {} : { names: options.names };
  const set = await readDataSet(options.data, names);
  if (options.validation === undefined) return { set };
  return { set, validation: await readDataSet(options.validation, names) };
}

/** Measures on the validation part, chooses the thresholds, and writes everything that tells of it. */
async function finish(
  run: Omit<TrainedDetector, 'figures' | 'sections'> & { stderr: Stderr },
  options: DetectorOptions,
): Promise<TrainedDetector> {
  const { folder, name, prepared, outcome, stderr } = run;
  const { predictions } = await runDetector({
    names: { detector: `${folder}/`, classifier: anyClassifier },
    set: { form: 'shard', pictures: prepared.validation, skipped: [] },
    ...{ judged: false, stderr },
  });
  const chosen = { ...run.model, ...chooseThresholds(predictions, run.model) };
  const { confidence } = chosen.thresholds;
  const states = chosen.judges === undefined ? [] : chosen.classes;
  const figures = detectorFigures(predictions, {
    threshold: confidence,
    states: states.filter((one) => one !== 'face' && one !== 'ignore'),
    ...(chosen.judges === undefined ? {} : { believeFrom: chosen.judges.threshold }),
  });
  const model = { ...chosen, measured: measuredOf(figures, predictions.length) };
  await writeDescription(folder, model);
  const { anchors, counts } = prepared;
  const card = cardText({ name, options, counts, anchors, outcome, figures, confidence });
  await writeFile(join(folder, 'CARD.md'), card);
  // A run whose minutes were over within its first epoch has no log yet.
  const log = join(prepared.folder, 'run', 'log.csv');
  if (outcome.epochs > 0) await copyFile(log, join(folder, 'log.csv'));
  const epochs = await readTrainingLog(join(folder, 'log.csv'));
  const pictures = prepared.validation;
  const sheet = await errorSheet(predictions, { confidence, pictures });
  const sections = [...detectorSections(figures), ...logSections(epochs), sheet];
  const lead = leadOf(name, { figures, prepared });
  const title = `Detector ${name}`;
  await writeFile(join(folder, 'report.html'), renderReport({ title, lead, sections }));
  return { name, folder, model, prepared, outcome, figures, sections };
}

function leadOf(
  name: string,
  { figures, prepared }: Pick<TrainedDetector, 'figures' | 'prepared'>,
): string {
  const { training, validation } = prepared.counts;
  const ap = (value: number | undefined) => value?.toFixed(3) ?? 'without value';
  const states =
    figures.statesAp === undefined ? '' : `, mean of the states ${ap(figures.statesAp)}`;
  return `${name} learned from ${training.pictures} pictures with ${training.faces} faces. On ${validation.pictures} others: AP of faces from 16 px on ${ap(figures.faceAp)} (found at all ${ap(figures.foundAp)})${states}.`;
}

function introduction({ anchors, counts }: PreparedTraining): string {
  const { training, validation } = counts;
  const from = anchors.from === 'data' ? 'by k-means' : 'of the cfg';
  return `${training.pictures} pictures with ${training.faces} faces to learn from, ${validation.pictures} with ${validation.faces} to measure on; anchors ${from}, overlap ${anchors.overlap.toFixed(2)}`;
}

function sourcesOf({ from, network }: DetectorOptions): string[] {
  const start =
    from === 'shipped'
      ? 'started from face-yolov4-mobilenetv2'
      : `started from ${from === 'none' ? 'random weights' : 'weights that were given'}`;
  return [`network: ${network.split('/').at(-1)}, ${start}`, 'pictures: your own, see CARD.md'];
}

/** Problems model-exists and training-differs: a folder that holds something else is left alone. */
async function requireFree(
  options: DetectorOptions,
  { folder, work }: { folder: string; work: string },
): Promise<void> {
  if (!options.resume) {
    if ((await stat(join(folder, 'model.json')).catch(() => undefined)) === undefined) return;
    throw new Problem('model-exists', `There is a model at ${folder} already.`, {
      action: 'Give another --out, remove it, or go on training it with --resume.',
      status: 409,
    });
  }
  const before = await readFile(join(work, 'options.json'), 'utf8').catch(() => undefined);
  const state = await stat(join(work, 'run', 'state.pt')).catch(() => undefined);
  if (before === undefined || state === undefined) {
    throw new Problem('training-missing', `There is no training to go on with in ${work}.`, {
      action: 'Leave --resume away, or give the --out of the training that was stopped.',
      status: 404,
    });
  }
  const old = JSON.parse(before) as Record<string, string>;
  const differences = Object.entries(identityOf(options)).filter(
    ([key, value]) => old[key] !== value,
  );
  if (differences.length === 0) return;
  const list = differences.map(([key, value]) => `${key} was ${old[key]}, is ${value}`).join('; ');
  throw new Problem('training-differs', `That training was another one: ${list}.`, {
    action: 'Give the same options as before; only --epochs and --minutes may differ.',
    status: 409,
  });
}
