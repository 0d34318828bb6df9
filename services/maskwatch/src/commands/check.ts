import type { Config } from '@maskwatch/contracts/config';
import { judgingOf } from '@maskwatch/contracts/model';
import { loadConfig } from '@maskwatch/platform/config/load-config';
import { loadPair, modelsOf } from '@maskwatch/runtime/model-pair';
import { Command } from 'commander';
import { counted } from '../counted.ts';
import { unsayableRules } from '../service/unsayable-rules.ts';
import { shippedConfig } from './shipped-config.ts';

/** "1 camera, 0 zones, 1 rule, 0 webhooks" */
export function configSummary({ cameras, zones, rules, endpoints }: Config): string {
  return [
    counted(cameras.length, 'camera'),
    counted(zones.length, 'zone'),
    counted(rules.length, 'rule'),
    counted(endpoints.webhooks.length, 'webhook'),
  ].join(', ');
}

/** maskwatch check: every fault of a config at once, or what is in it; models are read, not run. */
export function checkCommand(): Command {
  return new Command('check')
    .description('read a config and name every fault at once')
    .option('--config <file>', 'the config to read (default: the shipped config/maskwatch.yaml)')
    .action(async ({ config = shippedConfig }: { config?: string }) => {
      const loaded = loadConfig(config);
      const { states } = judgingOf(modelsOf(await loadPair(loaded.models)));
      process.stdout.write(`config is good: ${configSummary(loaded)}\n`);
      if (loaded.cameras.length === 0) process.stdout.write('but no camera is watched\n');
      else if (loaded.rules.length === 0) process.stdout.write('but no rule can be broken\n');
      for (const warning of unsayableRules(loaded.rules, states)) {
        process.stdout.write(`but ${warning}\n`);
      }
    });
}
