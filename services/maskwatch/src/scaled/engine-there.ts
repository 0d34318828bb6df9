import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';

/** Engines that start together with the services are there by then. */
const patienceMs = 30_000;
const againMs = 500;

/**
 * Opens what needs an engine, again and again while it is not there: at most for 30 s, said once.
 * Then the Problem that it had: `redis-unreachable` or `store-unreachable`.
 */
export async function engineThere<T>(
  engine: string,
  open: () => Promise<T>,
  { clock, logger }: { clock: Clock; logger: Logger },
): Promise<T> {
  const deadline = clock.now() + patienceMs;
  for (let tries = 1; ; tries += 1) {
    try {
      return await open();
    } catch (fault) {
      if (!isNotThere(fault) || clock.now() > deadline) throw fault;
      if (tries === 1) logger.warn({ engine, fault: fault.message }, 'waiting for an engine');
      await new Promise<void>((resolve) => clock.setTimer(resolve, againMs));
    }
  }
}

function isNotThere(fault: unknown): fault is Problem {
  if (!(fault instanceof Problem)) return false;
  return fault.code === 'redis-unreachable' || fault.code === 'store-unreachable';
}
