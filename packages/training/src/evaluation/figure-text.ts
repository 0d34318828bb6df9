import type { Interval } from './intervals.ts';

/** "0.878", or a dash where there is no value. */
export function decimals(value: number | undefined, digits = 3): string {
  return value === undefined ? '-' : value.toFixed(digits);
}

/** "0.860 to 0.894", or nothing. */
export function rangeText(interval: Interval | undefined): string {
  return interval === undefined ? '' : `${decimals(interval[0])} to ${decimals(interval[1])}`;
}

/** "0.878 (0.860 to 0.894)" */
export function withRange(value: number | undefined, interval: Interval | undefined): string {
  const range = rangeText(interval);
  return range === '' ? decimals(value) : `${decimals(value)} (${range})`;
}

/** "98.6 %" */
export function percent(value: number | undefined): string {
  return value === undefined ? '-' : `${(100 * value).toFixed(1)} %`;
}

/** "no mask": states in sentences and headings. */
export function stateText(state: string): string {
  return state.replaceAll('_', ' ');
}
