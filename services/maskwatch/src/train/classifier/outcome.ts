import type { JudgedState } from '@maskwatch/contracts/mask-state';
import {
  type Look,
  likeliestTemperature,
  probabilities,
  strictestThreshold,
} from '@maskwatch/training/evaluation/calibration';
import {
  type ClassifierFigures,
  classifierFigures,
} from '@maskwatch/training/evaluation/classifier-figures';
import { errorsFirst } from '@maskwatch/training/evaluation/classifier-sections';
import type { Prediction } from '@maskwatch/training/evaluation/prediction';
import type { FaceCut } from '@maskwatch/training/features/face-cut';
import type { FeaturePool } from '@maskwatch/training/features/feature-pool';

/** How far a trained classifier is to be believed, and how it did on the validation part. */
export interface Outcome {
  temperature: number;
  threshold: number;
  figures: ClassifierFigures;
  predictions: Prediction[];
}

/** The share of the validation faces that must still get a state: the shipped classifier's. */
const judgedShare = 0.98;
/** Two classes are cut here, as the notebook does. */
const cut = 0.5;
/** As many as a report draws. */
const mostThumbnails = 200;

/**
 * Temperature (Guo and others, 2017) and threshold from the validation part. A temperature below 1
 * is not taken: on the part that chose the epoch it would make the model surer than it may be.
 */
export function outcomeOf(
  cuts: readonly FaceCut[],
  logits: readonly number[][],
  classes: readonly JudgedState[],
): Outcome {
  const looks = cuts.map(({ label }, n): Look => ({ label, logits: logits[n]! }));
  const temperature = Math.max(1, likeliestTemperature(looks, classes));
  const threshold = strictestThreshold(looks, judgedShare, { classes, temperature });
  const predictions = cuts.map(({ picture, label, box }, n): Prediction => {
    const row = probabilities(logits[n]!, temperature);
    return {
      ...{ file: picture.file, source: picture.source, label },
      probabilities: Object.fromEntries(classes.map((state, k) => [state, row[k]!])),
      size: Math.sqrt(box[2] * box[3]),
    };
  });
  const options = { classes, threshold: cut, believeFrom: threshold };
  return { temperature, threshold, predictions, figures: classifierFigures(predictions, options) };
}

/** The predictions that a report draws, errors first, with their crops. */
export async function withThumbnails(
  { predictions, figures }: Outcome,
  cuts: readonly FaceCut[],
  pool: FeaturePool,
): Promise<Prediction[]> {
  const drawn = errorsFirst(predictions, figures.threshold).slice(0, mostThumbnails);
  const shown = new Set(drawn.map(({ prediction }) => prediction));
  return Promise.all(
    predictions.map(async (prediction, n) => {
      if (!shown.has(prediction)) return prediction;
      return { ...prediction, thumbnail: await pool.thumbnail(cuts[n]!) };
    }),
  );
}
