/** What `maskwatch deliveries` does under its supervisor. */
import { loadConfig } from '@maskwatch/platform/config/load-config';
import type { Logger } from '@maskwatch/platform/logger';
import { untilStopped } from '../commands/until-stopped.ts';
import { startDeliveriesProcess } from './deliveries-service.ts';
import type { Watch } from './supervise.ts';

export interface DeliveriesOptions {
  config: string;
  jobsRedis: string;
  postgres: string;
  statusHost: string;
  statusPort: number;
}

export async function runDeliveries(
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
