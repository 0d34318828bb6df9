import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import type { Finding } from '../doctor/finding.ts';
import { shippedConfig } from './shipped-config.ts';

interface Options {
  config?: string;
  dataDir?: string;
  secret?: true;
}

/** maskwatch doctor: what this machine lacks, a line each, with what to do. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('look at this machine and say what is missing')
    .option('--config <file>', 'the config to look at (default: the shipped config/maskwatch.yaml)')
    .option('--data-dir <dir>', 'where alerts and pictures are kept', 'data')
    .option('--secret', 'print a new secret for a webhook, and nothing else')
    .action(doctor);
}

async function doctor({
  config = shippedConfig,
  dataDir = 'data',
  secret,
}: Options): Promise<void> {
  if (secret) {
    process.stdout.write(`${newSecret()}\n`);
    return;
  }
  const { examineMachine } = await import('../doctor/examine-machine.ts');
  let failed = false;
  for await (const finding of examineMachine({ config, dataDir })) {
    process.stdout.write(lineOf(finding));
    failed ||= finding.level === 'fail';
  }
  if (failed) process.exitCode = 1;
}

/** 32 random bytes, in the form of Standard Webhooks. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

function lineOf({ level, about, detail, action }: Finding): string {
  const hint = action === undefined ? '' : `      ${action}\n`;
  return `${level.padEnd(4)}  ${about}: ${detail}\n${hint}`;
}
