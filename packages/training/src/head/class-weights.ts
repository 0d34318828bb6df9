import type { JudgedState } from '@maskwatch/contracts/mask-state';
import { Problem } from '@maskwatch/platform/problem';

/**
 * How much a row of each class counts: `none` all the same, `balanced` each class as much as the
 * others, or `mask=1,no_mask=2`. Problem class-weights where a class is missing or no number.
 */
export function classWeights(
  wanted: string,
  classes: readonly JudgedState[],
  labels: ArrayLike<number>,
): number[] {
  if (wanted === 'none') return classes.map(() => 1);
  if (wanted === 'balanced') {
    const counts = classes.map(() => 0);
    for (let n = 0; n < labels.length; n += 1) counts[labels[n]!]! += 1;
    return counts.map((count) => labels.length / (classes.length * count));
  }
  const given = new Map(
    wanted.split(',').map((part) => part.split('=').map((s) => s.trim()) as [string, string]),
  );
  const weights = classes.map((name) => Number(given.get(name) ?? Number.NaN));
  if (given.size === classes.length && weights.every((weight) => weight > 0)) return weights;
  throw new Problem('class-weights', `--class-weights ${wanted} does not say one for each class.`, {
    action: `Give "balanced", "none", or ${classes.map((name) => `${name}=1`).join(',')}.`,
    status: 422,
  });
}
