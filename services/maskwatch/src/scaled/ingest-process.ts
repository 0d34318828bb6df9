/** What `maskwatch ingest` does under its supervisor. */
import { loadConfig } from '@maskwatch/platform/config/load-config';
import type { Logger } from '@maskwatch/platform/logger';
import type { Problem } from '@maskwatch/platform/problem';
import { untilStopped } from '../commands/until-stopped.ts';
import { startIngestProcess } from './ingest-service.ts';
import type { Watch } from './supervise.ts';

export interface IngestOptions {
  config: string;
  redis: string;
  id: string;
  statusHost: string;
  statusPort: number;
}

export async function runIngest(
  options: IngestOptions,
  { watch, logger }: { watch: Watch; logger: Logger },
): Promise<void> {
  // For tests of a minute without a hub.
  const aloneMs = process.env.MASKWATCH_INGEST_ALONE_MS;
  const refused = Promise.withResolvers<Problem>();
  const started = await startIngestProcess({
    config: loadConfig(options.config),
    ...{ redis: options.redis, name: options.id, logger },
    status: { host: options.statusHost, port: options.statusPort },
    ...(aloneMs === undefined ? {} : { aloneMs: Number(aloneMs) }),
    onRefused: refused.resolve,
  });
  watch();
  const { ingestId, statusPort } = started;
  logger.info({ ingestId, statusPort }, 'ingest waits for cameras');
  const stopped = untilStopped(logger, () => started.leave());
  const problem = await Promise.race([stopped, refused.promise]);
  if (problem === undefined) return;
  await started.leave();
  throw problem;
}
