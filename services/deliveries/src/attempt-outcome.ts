import type { DeliveryState } from '@maskwatch/contracts/delivery';
import { retryDelay } from './retry-schedule.ts';
import type { Answer } from './send-attempt.ts';

/** The receiver says that it will never want this again. */
const gone = 410;

export interface Outcome {
  state: DeliveryState;
  nextAttemptAt?: number;
}

/** What follows from the answer to attempt `number` (from 1) that ended at `now`. */
export function outcomeOf(
  answer: Answer,
  { number, now, random }: { number: number; now: number; random: number },
): Outcome {
  if (answer.error === undefined) return { state: 'delivered' };
  if (answer.status === gone) return { state: 'given-up' };
  const { retryAfterMs } = answer;
  const delay = retryDelay(number, { random, ...(retryAfterMs !== undefined && { retryAfterMs }) });
  if (delay === undefined) return { state: 'given-up' };
  return { state: 'waiting', nextAttemptAt: now + delay };
}
