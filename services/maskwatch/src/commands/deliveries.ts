import { createLogger } from '@maskwatch/platform/logger';
import { Command } from 'commander';
import type { DeliveriesOptions } from '../scaled/deliveries-process.ts';
import {
  configOption,
  jobsRedisOption,
  postgresOption,
  statusOptions,
} from '../scaled/engine-options.ts';
import { supervised } from '../scaled/supervise.ts';

export function deliveriesCommand(): Command {
  const command = new Command('deliveries')
    .description('bring alerts to webhooks and remove what is old, one of any number')
    .addOption(configOption())
    .addOption(jobsRedisOption())
    .addOption(postgresOption());
  for (const option of statusOptions()) command.addOption(option);
  const logger = createLogger({ service: 'deliveries' });
  return command.action((options: DeliveriesOptions) =>
    supervised(logger, async (watch) => {
      const { runDeliveries } = await import('../scaled/deliveries-process.ts');
      await runDeliveries(options, { watch, logger });
    }),
  );
}
