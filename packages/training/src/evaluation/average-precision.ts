import { onceEach, type Weights } from './bootstrap.ts';
import { type Tally, wantedOf } from './tally.ts';

/**
 * Area under the interpolated curve of precision over recall, all points (Everingham and others,
 * 2010); detections of equal score come together. Undefined where no face is asked for.
 */
export function averagePrecision(
  { wanted, rows }: Tally,
  weights: Weights = onceEach(wanted.length),
): number | undefined {
  const asked = weighted(wanted, weights);
  if (asked === 0) return undefined;
  const points: { hits: number; precision: number }[] = [];
  let hits = 0;
  let all = 0;
  for (let n = 0; n < rows.length; n += 1) {
    const { hit, picture, score } = rows[n]!;
    const weight = weights[picture]!;
    all += weight;
    hits += hit ? weight : 0;
    if (all > 0 && rows[n + 1]?.score !== score) points.push({ hits, precision: hits / all });
  }
  let area = 0;
  let best = 0;
  for (let n = points.length - 1; n >= 0; n -= 1) {
    best = Math.max(best, points[n]!.precision);
    area += best * (points[n]!.hits - (points[n - 1]?.hits ?? 0));
  }
  return area / asked;
}

export interface PrecisionRecall {
  /** Absent where nothing was found, or nothing asked for. */
  precision?: number;
  recall?: number;
}

/** Of what is found from this confidence on. */
export function precisionRecall(counts: Tally, threshold: number): PrecisionRecall {
  const kept = counts.rows.filter(({ confidence }) => confidence >= threshold);
  const hits = kept.filter(({ hit }) => hit).length;
  const asked = wantedOf(counts);
  return {
    ...(kept.length > 0 && { precision: hits / kept.length }),
    ...(asked > 0 && { recall: hits / asked }),
  };
}

/**
 * The lowest of the thresholds whose F1 is within `slack` of the best: a face that is missed is
 * never judged, a false box has to keep a state over many frames before anything comes of it.
 */
export function lowestGoodThreshold(
  counts: Tally,
  thresholds: readonly number[],
  slack: number,
): number {
  const scores = thresholds.map((threshold) => {
    const { precision = 0, recall = 0 } = precisionRecall(counts, threshold);
    const sum = precision + recall;
    return { threshold, f1: sum === 0 ? 0 : (2 * precision * recall) / sum };
  });
  const best = Math.max(...scores.map((score) => score.f1));
  const good = scores.filter((score) => score.f1 >= best - slack);
  return Math.min(...good.map((score) => score.threshold));
}

function weighted(values: readonly number[], weights: Weights): number {
  return values.reduce((sum, value, n) => sum + value * weights[n]!, 0);
}
