import { readFileSync } from 'node:fs';
import type { LabelledFace } from '../../dataset/dataset.ts';
import type { PicturePrediction } from '../prediction.ts';

/** One row as the scorer gave it. */
export interface ScorerRow {
  faces: number;
  ap: number | null;
  precision: number | null;
  recall: number | null;
}

interface MadeUpSet {
  pictures: (Omit<PicturePrediction, 'faces'> & { faces: (LabelledFace & { auto?: boolean })[] })[];
  figures: {
    threshold: number;
    overlap_0_5: Record<string, ScorerRow>;
    overlap_0_35: Record<string, ScorerRow>;
  };
}

/*
 * Forty pictures of nothing, from a seeded generator: 0 to 6 labelled boxes of 6 to 200 px, every
 * eighth picture without; detections near them with normal errors, some twice, some with another
 * state, and up to three strays a picture; confidences in hundredths, so that many are equal.
 * `figures` are what another program gave for the same boxes: evaluate_detections.py with
 * --json --threshold 0.4, and once more with --iou 0.35. It is written apart from this source,
 * in Python; rounded to six places.
 */
const file = new URL('./made-up-set.json', import.meta.url);

/** The set as predictions, `auto` boxes as ones to be ignored, and the other program's figures. */
export function madeUpPictures(): {
  pictures: PicturePrediction[];
  figures: MadeUpSet['figures'];
} {
  const set = JSON.parse(readFileSync(file, 'utf8')) as MadeUpSet;
  const pictures = set.pictures.map(({ faces, ...picture }) => ({
    ...picture,
    faces: faces.map(({ auto, ...face }) => ({ ...face, ...(auto && { ignore: true }) })),
  }));
  return { pictures, figures: set.figures };
}
