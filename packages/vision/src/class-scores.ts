import { JudgedState, type Probabilities } from '@maskwatch/contracts/mask-state';
import type { DetectorClass } from '@maskwatch/contracts/model';

/** What a decoder has to know besides the maps. */
export interface DecodeOptions {
  /** What each class of the network means, in its order. */
  classes: readonly DetectorClass[];
  /** Boxes from this confidence on are wanted. */
  minConfidence: number;
}

/** What the class scores of one cell say. */
export interface ClassVerdict {
  /** Of the likeliest class, 0 to 1. */
  score: number;
  /** Where classes are mask states: their scores, brought to a sum of 1. */
  probabilities?: Probabilities;
}

/**
 * Scores of 0 to 1 in the order of `classes`; several classes of one state are added. Undefined
 * where the likeliest class is to be ignored, or a score is no number.
 */
export function readClasses(
  scores: ArrayLike<number>,
  classes: readonly DetectorClass[],
): ClassVerdict | undefined {
  let best = 0;
  let sum = 0;
  const states: Probabilities = {};
  for (let n = 0; n < classes.length; n += 1) {
    const score = scores[n]!;
    if (!Number.isFinite(score)) return undefined;
    if (score > scores[best]!) best = n;
    const state = classes[n]!;
    if (!isState(state)) continue;
    states[state] = (states[state] ?? 0) + score;
    sum += score;
  }
  if (classes[best] === undefined || classes[best] === 'ignore') return undefined;
  const score = scores[best]!;
  if (!(sum > 0)) return { score };
  for (const state of JudgedState.options) {
    if (states[state] !== undefined) states[state] /= sum;
  }
  return { score, probabilities: states };
}

function isState(name: DetectorClass): name is JudgedState {
  return name !== 'face' && name !== 'ignore';
}

/** Values outside 0 to 1 are cut; NaN stays. */
export function asScore(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
