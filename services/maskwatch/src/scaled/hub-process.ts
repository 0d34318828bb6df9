/** What `maskwatch hub` does under its supervisor. */
import type { Config } from '@maskwatch/contracts/config';
import { loadConfig } from '@maskwatch/platform/config/load-config';
import type { Logger } from '@maskwatch/platform/logger';
import { onPort, sayWhere } from '../commands/page-address.ts';
import { untilStopped } from '../commands/until-stopped.ts';
import { startHubService } from './hub-service.ts';
import type { Watch } from './supervise.ts';

export interface HubOptions {
  config: string;
  redis: string;
  jobsRedis: string;
  postgres: string;
  port?: number;
  host?: string;
}

export async function runHub(
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
