import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { sourceFault, takeCredentials } from '@maskwatch/contracts/camera-source';
import { CameraConfig, type Config } from '@maskwatch/contracts/config';
import { findDecoder } from '@maskwatch/ingest/source/decoder';
import { loadConfig } from '@maskwatch/platform/config/load-config';
import { createLogger } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';
import { Command } from 'commander';
import { startEmbedded } from '../service/embedded-service.ts';
import { onPort, sayWhere } from './page-address.ts';
import { portNumber } from './port-number.ts';
import { shippedConfig } from './shipped-config.ts';
import { untilStopped } from './until-stopped.ts';

interface StartOptions {
  config: string;
  source: string[];
  port?: number;
  dataDir: string;
}

export function startCommand(): Command {
  return new Command('start')
    .description('watch the cameras of the config and serve the page')
    .option('--config <file>', 'what to watch, and who is told', shippedConfig)
    .option(
      '--source <url>',
      'a camera to watch in place of those of the config; repeatable',
      collect,
      [],
    )
    .option('--port <n>', 'port of the page (access.port of the config: 8787)', portNumber)
    .option('--data-dir <dir>', 'where alerts and pictures are kept', 'data')
    .action(start);
}

async function start(options: StartOptions): Promise<void> {
  const config = withOptions(loadConfig(options.config), options);
  const directory = resolve(options.dataDir);
  const logger = createLogger({ service: 'hub' });
  await findDecoder();
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new Problem('data-dir', `The folder ${directory} cannot be made.`, {
      ...{ cause, action: 'Choose another with --data-dir.' },
    });
  });
  const service = await startEmbedded({ config, directory, logger });
  sayWhere(config.access.host, service.port);
  await untilStopped(logger, () => service.stop());
}

/** Cameras named on the command line take the place of the config's; its rules hold for them. */
function withOptions(config: Config, { source, port }: StartOptions): Config {
  const settled = port === undefined ? config : onPort(config, port);
  if (source.length === 0) return settled;
  const cameras = source.map((address, n) => cameraOf(address, `camera-${n + 1}`));
  const rules = config.rules.map(({ cameras: _, zones: __, ...rule }) => rule);
  return { ...settled, cameras, rules, zones: [] };
}

function cameraOf(address: string, id: string): CameraConfig {
  const fault = sourceFault(address);
  if (fault !== undefined) {
    throw new Problem('source-unknown', fault, {
      action: 'Sources are demo, rtsp://, http:// (MJPEG), a film or a webcam by its id path.',
      status: 400,
    });
  }
  return CameraConfig.parse({ id, ...takeCredentials(address) });
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
