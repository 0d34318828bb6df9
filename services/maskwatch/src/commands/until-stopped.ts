import type { Logger } from '@maskwatch/platform/logger';

/** After the first signal the service may take this long; a second signal ends it at once. */
const stopMs = 15_000;

/** Waits for SIGINT or SIGTERM, then for `stop`. */
export async function untilStopped(logger: Logger, stop: () => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  logger.info('stopping');
  const forced = setTimeout(() => process.kill(process.pid, 'SIGKILL'), stopMs);
  process.once('SIGINT', () => process.kill(process.pid, 'SIGKILL'));
  await stop();
  clearTimeout(forced);
}
