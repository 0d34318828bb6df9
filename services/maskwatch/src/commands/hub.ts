import { createLogger } from '@maskwatch/platform/logger';
import { Command } from 'commander';
import {
  configOption,
  jobsRedisOption,
  postgresOption,
  redisOption,
} from '../scaled/engine-options.ts';
import type { HubOptions } from '../scaled/hub-process.ts';
import { supervised } from '../scaled/supervise.ts';
import { portNumber } from './port-number.ts';

export function hubCommand(): Command {
  const logger = createLogger({ service: 'hub' });
  return new Command('hub')
    .description('serve the page and judge by the rules, as one of several hubs')
    .addOption(configOption())
    .addOption(redisOption())
    .addOption(jobsRedisOption())
    .addOption(postgresOption())
    .option('--port <n>', 'port of the page (access.port of the config: 8787)', portNumber)
    .option('--host <host>', 'address that it listens on (access.host of the config: 127.0.0.1)')
    .action((options: HubOptions) =>
      supervised(logger, async (watch) => {
        const { runHub } = await import('../scaled/hub-process.ts');
        await runHub(options, { watch, logger });
      }),
    );
}
