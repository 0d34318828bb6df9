import { existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Config } from '@maskwatch/contracts/config';
import { type Judging, judgingOf } from '@maskwatch/contracts/model';
import { DestinationGuard } from '@maskwatch/deliveries/destination-guard';
import { findDecoder } from '@maskwatch/ingest/source/decoder';
import { findProgram } from '@maskwatch/platform/child-process';
import { loadConfig } from '@maskwatch/platform/config/load-config';
import { withoutCredentials } from '@maskwatch/platform/logger';
import { loadPair, type ModelPair, modelsOf } from '@maskwatch/runtime/model-pair';
import { refuseOldLibrary } from '@maskwatch/store/sqlite/open-database';
import { configSummary } from '../commands/check.ts';
import { verifyModels } from '../commands/models.ts';
import { unsayableRules } from '../service/unsayable-rules.ts';
import { type Finding, failure } from './finding.ts';
import { providers } from './providers.ts';

export interface Examined {
  config: string;
  dataDir: string;
}

/** Below it the pictures of a bad day fill the disk; alerts go on without pictures then. */
const comfortableBytes = 2e9;
const leastNode = 24;

/** Looks at everything that the service needs; in the order in which it would be needed. */
export async function* examineMachine({ config, dataDir }: Examined): AsyncGenerator<Finding> {
  yield node();
  yield sqlite();
  yield await ffmpeg();
  yield deathSignal();
  const loaded = settings(config);
  yield loaded.finding;
  const found = await models(loaded.config);
  yield* found;
  if (loaded.config !== undefined && found.every(({ level }) => level !== 'fail')) {
    yield* providers(loaded.config.models);
  }
  yield disk(dataDir);
  if (loaded.config === undefined) return;
  yield await port(loaded.config.access);
  yield* await webhooks(loaded.config);
}

function node(): Finding {
  const about = 'Node';
  const detail = `${process.version} at ${process.execPath}`;
  if (Number.parseInt(process.versions.node, 10) >= leastNode)
    return { level: 'ok', about, detail };
  return { level: 'fail', about, detail, action: `Install Node ${leastNode} or newer.` };
}

function sqlite(): Finding {
  const about = 'SQLite';
  const database = new DatabaseSync(':memory:');
  try {
    const version = String(database.prepare('SELECT sqlite_version() AS v').get()?.v);
    refuseOldLibrary(version);
    return { level: 'ok', about, detail: version };
  } catch (thrown) {
    return failure(about, thrown);
  } finally {
    database.close();
  }
}

async function ffmpeg(): Promise<Finding> {
  const about = 'ffmpeg';
  try {
    const decoder = await findDecoder();
    const detail = `${decoder.release} at ${decoder.ffmpeg}`;
    if (decoder.missing.length === 0) return { level: 'ok', about, detail };
    return {
      level: 'warn',
      about,
      detail: `${detail}, without ${decoder.missing.join(', ')}`,
      action:
        'Cameras and films in these codecs will not be read; install a fuller build of ffmpeg.',
    };
  } catch (thrown) {
    return failure(about, thrown);
  }
}

function deathSignal(): Finding {
  const about = 'setpriv';
  const found = findProgram('setpriv');
  if (found !== undefined) return { level: 'ok', about, detail: found };
  const detail = 'absent: ffmpeg outlives a service that is killed, until its pipe breaks';
  return { level: 'warn', about, detail, action: 'Install util-linux.' };
}

function settings(file: string): { finding: Finding; config?: Config } {
  const about = 'config';
  try {
    const config = loadConfig(file);
    return { finding: { level: 'ok', about, detail: `${file}: ${configSummary(config)}` }, config };
  } catch (thrown) {
    return { finding: failure(about, thrown) };
  }
}

async function models(config: Config | undefined): Promise<Finding[]> {
  const about = 'models';
  try {
    const pair = config && (await loadPair(config.models).catch(() => undefined));
    const found = (await verifyModels(namesOf(config, pair))).map(
      ({ name, problem }): Finding =>
        problem === undefined
          ? { level: 'ok', about, detail: `${name} computes what it was released with` }
          : failure(about, problem),
    );
    if (config === undefined || pair === undefined) return found;
    return [...found, ...idleRules(config, judgingOf(modelsOf(pair)))];
  } catch (thrown) {
    return [failure(about, thrown)];
  }
}

/** Those that would run; all where that cannot be known. */
function namesOf(config: Config | undefined, pair: ModelPair | undefined): string[] {
  if (config === undefined) return [];
  const { detector, classifier } = config.models;
  return pair !== undefined && pair.classifier === undefined ? [detector] : [detector, classifier];
}

function idleRules({ rules }: Config, { states }: Judging): Finding[] {
  const action = 'Name a model that says it, or take the state out of the rule.';
  return unsayableRules(rules, states).map((detail) => {
    return { level: 'warn', about: 'rules', detail, action };
  });
}

function disk(dataDir: string): Finding {
  const about = 'disk';
  let folder = resolve(dataDir);
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const detail = `${((bavail * bsize) / 1e9).toFixed(1)} GB free for ${resolve(dataDir)}`;
  if (bavail * bsize >= comfortableBytes) return { level: 'ok', about, detail };
  const action = 'Make room, choose another --data-dir, or lower retention.picturesLimit.';
  return { level: 'warn', about, detail, action };
}

function port({ host, port: number }: Config['access']): Promise<Finding> {
  const about = 'port';
  const { promise, resolve: settle } = Promise.withResolvers<Finding>();
  const server = createServer();
  server.once('error', (error: NodeJS.ErrnoException) => {
    const used = error.code === 'EADDRINUSE';
    settle({
      level: used ? 'warn' : 'fail',
      about,
      detail: used ? `${host}:${number} is in use, perhaps by a running maskwatch` : error.message,
      action: 'Choose another access.port, or start with --port.',
    });
  });
  server.listen(number, host, () => {
    server.close(() => settle({ level: 'ok', about, detail: `${host}:${number} is free` }));
  });
  return promise;
}

async function webhooks({ endpoints }: Config): Promise<Finding[]> {
  const guard = new DestinationGuard(endpoints.allow);
  const findings: Finding[] = [];
  for (const { id, url } of endpoints.webhooks) {
    const about = `webhook ${id}`;
    try {
      const { addresses } = await guard.check(url);
      const shown = withoutCredentials(url).replace(/\?.*$/s, '?...');
      findings.push({ level: 'ok', about, detail: `${shown} leads to ${addresses.join(', ')}` });
    } catch (thrown) {
      findings.push(failure(about, thrown));
    }
  }
  return findings;
}
