import { hostname } from 'node:os';
import { createLogger } from '@maskwatch/platform/logger';
import { Command } from 'commander';
import { configOption, redisOption, statusOptions } from '../scaled/engine-options.ts';
import type { IngestOptions } from '../scaled/ingest-process.ts';
import { supervised } from '../scaled/supervise.ts';

export function ingestCommand(): Command {
  const command = new Command('ingest')
    .description('watch the cameras that the hub gives to this process, one of any number')
    .addOption(configOption())
    .addOption(redisOption())
    .option('--id <name>', 'its name in logs and on the status page', hostname());
  for (const option of statusOptions()) command.addOption(option);
  const logger = createLogger({ service: 'ingest' });
  return command.action((options: IngestOptions) =>
    supervised(logger, async (watch) => {
      const { runIngest } = await import('../scaled/ingest-process.ts');
      await runIngest(options, { watch, logger });
    }),
  );
}
