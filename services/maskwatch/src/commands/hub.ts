import type { Config } from '@maskwatch/contracts/config';
import { loadConfig } from '@maskwatch/platform/config/load-config';
import { createLogger, type Logger } from '@maskwatch/platform/logger';
import { Command } from 'commander';
import {
  configOption,
  jobsRedisOption,
  postgresOption,
  redisOption,
} from '../scaled/engine-options.ts';
import { startHubService } from '../scaled/hub-service.ts';
import { supervised, type Watch } from '../scaled/supervise.ts';
import { onPort, sayWhere } from './page-address.ts';
import { portNumber } from './port-number.ts';
import { untilStopped } from './until-stopped.ts';

interface HubOptions {
  config: string;
  redis: string;
  jobsRedis: string;
  postgres: string;
  port?: number;
  host?: string;
}

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
      supervised(logger, (watch) => hub(options, { watch, logger })),
    );
}

async function hub(
  options: HubOptions,
  { watch, logger }: { watch: Watch; logger: Logger },
): Promise<void> {
  const config = withOptions(loadConfig(options.config), options);
  const service = await startHubService({ config, engines: options, logger });
  watch();
  sayWhere(config.access.host, service.port);
  await untilStopped(logger, () => service.stop());
}

function withOptions(config: Config, { port, host }: HubOptions): Config {
  const there = port === undefined ? config : onPort(config, port);
  return host === undefined ? there : { ...there, access: { ...there.access, host } };
}
