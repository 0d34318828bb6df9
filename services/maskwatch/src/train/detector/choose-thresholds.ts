import { faceSize } from '@maskwatch/contracts/box';
import { likeliest } from '@maskwatch/contracts/mask-state';
import type { DetectorModel } from '@maskwatch/contracts/model';
import { lowestGoodThreshold } from '@maskwatch/training/evaluation/average-precision';
import { scored, smallestAsked } from '@maskwatch/training/evaluation/detector-figures';
import { foundOverlap, usualOverlap } from '@maskwatch/training/evaluation/face-matching';
import type { PicturePrediction } from '@maskwatch/training/evaluation/prediction';
import { tally } from '@maskwatch/training/evaluation/tally';

/** In steps of 0.05, as the shipped detector's was chosen. */
const steps = Array.from({ length: 18 }, (_, n) => (n + 2) / 20);
const slack = 0.002;
/** A face that is pixelated for nothing costs less than one that is not. */
const pixelateShare = 0.25;
/** Of the looks that get a state at least so many should be right, and so many should get one. */
const wantedRight = 0.97;
const fewestLooks = 20;

/**
 * Thresholds by the validation part: the lowest confidence whose F1 on faces from 16 px on is within
 * 0.002 of the best; and, of a detector that judges, the lowest probability from which on 97 % of the
 * judged faces have the labelled state (0.9 where none reaches it).
 */
export function chooseThresholds(
  predictions: readonly PicturePrediction[],
  { thresholds, judges }: Pick<DetectorModel, 'thresholds' | 'judges'>,
): Pick<DetectorModel, 'thresholds' | 'judges'> {
  const faces = tally(scored(predictions, usualOverlap), [smallestAsked, Number.POSITIVE_INFINITY]);
  const asked = faces.wanted.some((count) => count > 0);
  const confidence = asked ? lowestGoodThreshold(faces, steps, slack) : thresholds.confidence;
  const chosen = {
    ...thresholds,
    confidence,
    pixelate: Math.max(0.05, Math.round(100 * pixelateShare * confidence) / 100),
  };
  if (judges === undefined) return { thresholds: chosen };
  const looks = looksOf(predictions, { confidence, smallest: judges.smallestFace });
  return { thresholds: chosen, judges: { ...judges, threshold: believeFrom(looks) } };
}

interface Look {
  probability: number;
  right: boolean;
}

/** What was said of the labelled faces that were found, and are large enough to be judged. */
function looksOf(
  predictions: readonly PicturePrediction[],
  { confidence, smallest }: { confidence: number; smallest: number },
): Look[] {
  return scored(predictions, foundOverlap).flatMap(({ detections }) =>
    detections.flatMap(({ detection, face }): Look[] => {
      if (face === undefined || face.label === 'face' || face.ignore === true) return [];
      if (detection.confidence < confidence || faceSize(face.box) < smallest) return [];
      const said = likeliest(detection.probabilities ?? {});
      if (said === undefined) return [];
      return [{ probability: said.probability, right: said.state === face.label }];
    }),
  );
}

function believeFrom(looks: readonly Look[]): number {
  for (let step = 10; step <= 18; step += 1) {
    const threshold = step / 20;
    const believed = looks.filter(({ probability }) => probability >= threshold);
    if (believed.length < fewestLooks) break;
    const right = believed.filter((look) => look.right).length;
    if (right >= wantedRight * believed.length) return threshold;
  }
  return 0.9;
}
