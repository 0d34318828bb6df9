import { hostname } from 'node:os';
import { loadConfig } from '@maskwatch/platform/config/load-config';
import { createLogger, type Logger } from '@maskwatch/platform/logger';
import type { Problem } from '@maskwatch/platform/problem';
import { Command } from 'commander';
import { configOption, redisOption, statusOptions } from '../scaled/engine-options.ts';
import { startIngestProcess } from '../scaled/ingest-service.ts';
import { supervised, type Watch } from '../scaled/supervise.ts';
import { untilStopped } from './until-stopped.ts';

interface IngestOptions {
  config: string;
  redis: string;
  id: string;
  statusHost: string;
  statusPort: number;
}

export function ingestCommand(): Command {
  const command = new Command('ingest')
    .description('watch the cameras that the hub gives to this process, one of any number')
    .addOption(configOption())
    .addOption(redisOption())
    .option('--id <name>', 'its name in logs and on the status page', hostname());
  for (const option of statusOptions()) command.addOption(option);
  const logger = createLogger({ service: 'ingest' });
  return command.action((options: IngestOptions) =>
    supervised(logger, (watch) => ingest(options, { watch, logger })),
  );
}

async function ingest(
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
