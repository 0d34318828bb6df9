import { writeFile } from 'node:fs/promises';
import type { FeaturePool } from '@maskwatch/training/features/feature-pool';
import type { ClassifierNetwork } from '@maskwatch/training/head/classifier-network';
import { augmentedSheet } from './augmented-sheet.ts';
import { cardText } from './card.ts';
import { countsOf, type LearningData } from './learning-data.ts';
import { type ClassifierOptions, cropOf, viewsOf } from './options.ts';
import type { OutFolder } from './out-folder.ts';
import { type Outcome, outcomeOf, withThumbnails } from './outcome.ts';
import { shownFigures, type TrainedBy, type TrainingResult } from './result.ts';
import { trainingReport } from './training-report.ts';
import { writeClassifier } from './write-classifier.ts';

export interface Trained extends TrainedBy {
  network: ClassifierNetwork;
  /** Of the validation faces. */
  logits: number[][];
}

export interface Results {
  options: ClassifierOptions;
  out: OutFolder;
  data: LearningData;
  trained: Trained;
  leakyAccuracy: number | undefined;
  pool: FeaturePool;
}

/** Compared before and after the conversion. */
const comparedPictures = 10;

/** Writes model, card and report, and says what came out; the time is added by who knows it. */
export async function writeResults(results: Results) {
  const { options, out, data, trained, leakyAccuracy, pool } = results;
  const { name, folder } = out;
  const cuts = data.validation.map((n) => data.cuts[n]!);
  const outcome = outcomeOf(cuts, trained.logits, data.classes);
  const figures = shownFigures(outcome, leakyAccuracy);
  const counts = countsOf(data);
  const epochs = { epochs: trained.epochs.length, bestEpoch: trained.best.epoch };
  const card = cardText({ name, options, counts, figures, ...epochs, backend: trained.backend });
  const compared = cuts.slice(0, comparedPictures);
  const pictures = await Promise.all(
    compared.map((cut) => pool.pixels(cut, { count: 1, seed: 0 })),
  );
  const { network } = trained;
  const description = descriptionOf(results, outcome);
  const { difference } = await writeClassifier({ folder, network, description, card, pictures });
  const predictions = await withThumbnails(outcome, cuts, pool);
  const learned = data.training.map((n) => data.cuts[n]!);
  const sheet = await augmentedSheet(pool, learned, viewsOf(options));
  const { skipped } = data;
  const facts = { name, options, counts, skipped, outcome, predictions, trained };
  await writeFile(out.report, trainingReport({ ...facts, leakyAccuracy, sheet }));
  const { loss, accuracy, balancedAccuracy } = outcome.figures;
  const result: Omit<TrainingResult, 'seconds'> = {
    ...{ model: name, folder, loss, accuracy, balancedAccuracy, leakyAccuracy },
    ...{ temperature: outcome.temperature, threshold: outcome.threshold, ...epochs },
    ...{ ended: trained.ended, training: counts.training, validation: counts.validation },
    ...{ facesFrom: counts.from, skipped: counts.skipped, groups: counts.groups },
    ...{ backend: trained.backend, onnxDifference: difference },
  };
  return { result, trained, figures };
}

function descriptionOf({ options, out, data, leakyAccuracy }: Results, outcome: Outcome) {
  const { accuracy, loss, balancedAccuracy, faces } = outcome.figures;
  const rounded = (value = Number.NaN) => Number(value.toFixed(4));
  return {
    name: out.name,
    sources: [
      `${data.training.length} faces of your own pictures`,
      'base: mobilenetv2-imagenet, ImageNet features, Apache-2.0',
    ],
    measured: {
      pictures: `${faces} faces of the validation part, which also chose epoch, temperature and threshold`,
      ...{ accuracy: rounded(accuracy), balancedAccuracy: rounded(balancedAccuracy) },
      loss: rounded(loss),
      ...(leakyAccuracy === undefined ? {} : { leakyAccuracy: rounded(leakyAccuracy) }),
      judgedShare: rounded(1 - outcome.figures.believed.unknown),
    },
    crop: cropOf(options),
    classes: data.classes,
    calibration: { temperature: outcome.temperature, threshold: outcome.threshold },
  };
}
