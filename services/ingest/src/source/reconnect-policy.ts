import type { CameraCause } from '@maskwatch/contracts/camera';

export interface Failures {
  cause: CameraCause;
  /** Tries that failed one after the other, this one included. */
  count: number;
  /** Since the first of them (or since the last picture), in milliseconds. */
  sinceMs: number;
}

/** Cameras lock a user out after a few wrong passwords. */
const CREDENTIALS_MS = 60_000;
/** Each try may take the place that a person just freed. */
const SESSIONS_MS = 60_000;
const FIRST_MS = 500;
const FIRST_MINUTE_MS = 3_000;
const LATER_MS = 30_000;

/**
 * How long to wait before the next try. `random` is from 0 to 1 and shortens the wait by up to a
 * third, so that cameras behind one switch do not all come back at the same moment; for the two
 * causes with a lower bound it makes the wait longer instead.
 */
export function reconnectDelayMs({ cause, count, sinceMs }: Failures, random: number): number {
  if (cause === 'credentials') return CREDENTIALS_MS * (1 + random / 3);
  if (cause === 'too-many-sessions') return SESSIONS_MS * (1 + random / 3);
  const most = sinceMs < 60_000 ? FIRST_MINUTE_MS : LATER_MS;
  const grown = FIRST_MS * 2 ** Math.min(count - 1, 10);
  return Math.min(most, grown) * (1 - random / 3);
}
