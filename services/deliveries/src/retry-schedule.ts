const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Gaps before each attempt, in milliseconds: quick for an alarm, then over three days. */
export const gaps: readonly number[] = [
  0,
  5 * second,
  15 * second,
  60 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

/** Retries of many deliveries must not come back at the same instant. */
const jitter = 0.2;

/** A receiver may ask for patience, but not for silence. */
export const longestRetryAfter = 24 * hour;

/**
 * Milliseconds from the end of failed attempt `number` (from 1) to the next one; undefined when it
 * was the last. `random` is from 0 to 1. What the receiver asked for is never undercut.
 */
export function retryDelay(
  number: number,
  { random, retryAfterMs = 0 }: { random: number; retryAfterMs?: number },
): number | undefined {
  const gap = gaps[number];
  if (gap === undefined) return undefined;
  const own = gap * (1 - jitter + 2 * jitter * random);
  return Math.max(own, Math.min(retryAfterMs, longestRetryAfter));
}

/** The header's seconds or date, as milliseconds from `now`; undefined when it is neither. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * second;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
