/** Two hubs as people start them, on real engines, and the owner of all cameras beside them. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@maskwatch/platform/testing/postgres-server';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { until } from '@maskwatch/platform/testing/until';
import type { OwnerFigures } from './owner-process.ts';
import { recordedFilm } from './recorded-film.ts';

const main = join(import.meta.dirname, '../../services/maskwatch/src/main.ts');
const startMs = 60_000;

export interface HubCommand {
  url: string;
  pid: number;
  log(): string;
}

export interface TwoHubsOptions {
  cameras: number;
  /** Of each hub. */
  mostViewers: number;
}

export interface TwoHubs {
  hubs: HubCommand[];
  cameraIds: string[];
  /** Of all commands. */
  configFile: string;
  redisUrl: string;
  redisPid: number;
  postgresPid: number;
  ownerPid: number;
  owner(): OwnerFigures;
  /** The cameras fall silent. */
  silence(): Promise<void>;
  close(): Promise<void>;
}

export async function twoHubs(options: TwoHubsOptions): Promise<TwoHubs> {
  const recording = recordedFilm();
  const [postgres, frames, jobs] = await Promise.all([
    startPostgres(),
    startRedis('frames'),
    startRedis('jobs'),
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-sockets-'));
  const children: ChildProcess[] = [];
  const close = async () => {
    await Promise.all(children.map(end));
    await Promise.all([postgres, frames, jobs].map((engine) => engine.close()));
    await rm(folder, { recursive: true });
  };
  try {
    const cameraIds = Array.from({ length: options.cameras }, (_, n) => `camera-${n + 1}`);
    const config = join(folder, 'maskwatch.yaml');
    await writeFile(config, configOf(cameraIds, options.mostViewers));
    const at = ['--redis', frames.url, '--jobs-redis', jobs.url, '--postgres', postgres.url];
    const args = [main, 'hub', '--config', config, ...at, '--port', '0'];
    const hubs: HubCommand[] = [];
    // One after the other, so that the first is the active one.
    for (let n = 0; n < 2; n += 1) hubs.push(await startHub(args, children));
    const owner = fork(join(import.meta.dirname, 'owner-process.ts'), [
      ...[frames.url, config, recording],
    ]);
    children.push(owner);
    let said: OwnerFigures = { owned: 0, pictures: 0, observations: 0, dropped: {} };
    owner.on('message', (figures) => {
      said = figures as OwnerFigures;
    });
    await until('all cameras are leased', () => said.owned === options.cameras, {
      withinMs: startMs,
      seen: () => said,
    });
    return {
      ...{ hubs, cameraIds, close, configFile: config, redisUrl: frames.url },
      ...{ redisPid: frames.pid, postgresPid: postgres.pid, ownerPid: owner.pid! },
      owner: () => said,
      silence: () => end(owner),
    };
  } catch (fault) {
    await close();
    throw fault;
  }
}

function configOf(cameraIds: string[], mostViewers: number): string {
  return JSON.stringify({
    access: { viewers: mostViewers },
    cameras: cameraIds.map((id) => ({ id, source: 'rtsp://192.0.2.1/live' })),
    rules: [{ id: 'no_mask', states: ['no_mask'], hold: '1s' }],
    offlineAfter: '5m',
  });
}

async function startHub(args: string[], children: ChildProcess[]): Promise<HubCommand> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  }
  const address = () => /^maskwatch is at (\S+?)\/?$/m.exec(log)?.[1];
  await until('a hub listens', () => address() !== undefined, { withinMs: startMs }).catch(
    (fault: Error) => {
      throw new Error(`${fault.message}:\n${log}`);
    },
  );
  return { url: address()!.replace('localhost', '127.0.0.1'), pid: child.pid!, log: () => log };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await gone;
  clearTimeout(timer);
}
