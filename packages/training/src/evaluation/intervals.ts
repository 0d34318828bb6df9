/** Lowest and highest value that a figure may well have: 95 %. */
export type Interval = [low: number, high: number];

/** Of the normal distribution: 95 % lie within so many standard deviations. */
const z = 1.959964;

/**
 * Of a proportion, `hits` of `count`: the score interval (Wilson, 1927), which stays between 0 and
 * 1 and holds for few cases too. Undefined where there is no case.
 */
export function wilson(hits: number, count: number): Interval | undefined {
  if (count === 0) return undefined;
  const share = hits / count;
  const scale = 1 + z ** 2 / count;
  const middle = (share + z ** 2 / (2 * count)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** The middle 95 % of values in any order (nearest ranks). Undefined where there is none. */
export function middleOf(values: readonly number[]): Interval | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return [at(0.025), at(0.975)];
}
