import { loadConfig } from '@maskwatch/platform/config/load-config';
import { createLogger, type Logger } from '@maskwatch/platform/logger';
import { Command } from 'commander';
import { startDeliveriesProcess } from '../scaled/deliveries-service.ts';
import {
  configOption,
  jobsRedisOption,
  postgresOption,
  statusOptions,
} from '../scaled/engine-options.ts';
import { supervised, type Watch } from '../scaled/supervise.ts';
import { untilStopped } from './until-stopped.ts';

interface DeliveriesOptions {
  config: string;
  jobsRedis: string;
  postgres: string;
  statusHost: string;
  statusPort: number;
}

export function deliveriesCommand(): Command {
  const command = new Command('deliveries')
    .description('bring alerts to webhooks and remove what is old, one of any number')
    .addOption(configOption())
    .addOption(jobsRedisOption())
    .addOption(postgresOption());
  for (const option of statusOptions()) command.addOption(option);
  const logger = createLogger({ service: 'deliveries' });
  return command.action((options: DeliveriesOptions) =>
    supervised(logger, (watch) => deliveries(options, { watch, logger })),
  );
}

async function deliveries(
  options: DeliveriesOptions,
  { watch, logger }: { watch: Watch; logger: Logger },
): Promise<void> {
  const config = loadConfig(options.config);
  const { statusHost: host, statusPort: port } = options;
  const service = await startDeliveriesProcess({
    ...{ config, engines: options, status: { host, port }, logger },
  });
  watch(service.stuck);
  const endpoints = config.endpoints.webhooks.length;
  logger.info({ statusPort: service.statusPort, endpoints }, 'deliveries go out');
  await untilStopped(logger, () => service.stop());
}
