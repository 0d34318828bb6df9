import type { JudgedState } from '@maskwatch/contracts/mask-state';
import type { Prediction } from './prediction.ts';

/** Points that a drawn curve keeps: more cannot be told apart. */
const mostPoints = 200;

/**
 * Precision over recall of one state as its probability is asked to be lower and lower; faces of
 * equal probability come together. Empty where no face is labelled so.
 */
export function precisionRecallCurve(
  predictions: readonly Prediction[],
  state: JudgedState,
): [recall: number, precision: number][] {
  const wanted = predictions.filter(({ label }) => label === state).length;
  if (wanted === 0) return [];
  const rows = predictions
    .map(({ label, probabilities }) => ({ score: probabilities[state] ?? 0, hit: label === state }))
    .sort((a, b) => b.score - a.score);
  const points: [number, number][] = [];
  let hits = 0;
  rows.forEach(({ score, hit }, n) => {
    hits += hit ? 1 : 0;
    if (rows[n + 1]?.score !== score) points.push([hits / wanted, hits / (n + 1)]);
  });
  return thinned(points);
}

function thinned<T>(points: readonly T[]): T[] {
  const step = Math.max(1, Math.ceil(points.length / mostPoints));
  return points.filter((_, n) => n % step === 0 || n === points.length - 1);
}
