/** The command itself, on real engines: where it listens, who is active, what it waits for. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CameraList, Status } from '@maskwatch/contracts/http';
import type { WorkerStatus } from '@maskwatch/contracts/scaled';
import { frameKey, requestMs } from '@maskwatch/inference/redis-words';
import { loadConfig } from '@maskwatch/platform/config/load-config';
import { childrenOf } from '@maskwatch/platform/testing/engine';
import { startPostgres } from '@maskwatch/platform/testing/postgres-server';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { loadPair } from '@maskwatch/runtime/model-pair';
import { Redis } from 'ioredis';
import { shippedConfig } from '../commands/shipped-config.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const config = `
cameras: [{ id: gate, source: 'rtsp://192.0.2.1/live' }]
rules: [{ id: no_mask, states: [no_mask] }]
endpoints:
  webhooks: [{ id: desk, url: 'https://desk.example/hook', secret: whsec_${'a'.repeat(32)} }]
`;

const twoCameras = `
cameras:
  - { id: gate, source: demo, rate: 2 }
  - { id: door, source: demo, rate: 2 }
rules: [{ id: no_mask, states: [no_mask] }]
`;

class Command {
  readonly child: ChildProcess;
  output = '';

  constructor(name: string, args: string[]) {
    this.child = spawn(process.execPath, [main, name, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
  }

  get url(): string | undefined {
    return /^maskwatch is at (\S+)$/m.exec(this.output)?.[1];
  }

  get active(): boolean {
    return this.output.includes('this hub is the active one');
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const gone = once(this.child, 'exit');
      this.child.kill(signal);
      await gone;
    }
    return this.child.exitCode;
  }
}

async function engines(t: TestContext, watched = config) {
  const [postgres, frames, jobs] = await Promise.all([
    startPostgres(),
    startRedis('frames'),
    startRedis('jobs'),
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-hub-'));
  const file = join(folder, 'maskwatch.yaml');
  await writeFile(file, watched);
  const commands: Command[] = [];
  t.after(async () => {
    await Promise.all(commands.map((command) => command.end('SIGTERM')));
    await Promise.all([postgres, frames, jobs].map((engine) => engine.close()));
    await rm(folder, { recursive: true });
  });
  const at = ['--redis', frames.url, '--jobs-redis', jobs.url, '--postgres', postgres.url];
  return {
    ...{ postgres, frames, jobs },
    hub(...more: string[]): Command {
      const hub = new Command('hub', ['--config', file, ...at, '--port', '0', ...more]);
      commands.push(hub);
      return hub;
    },
    beside(name: 'inference' | 'ingest', ...more: string[]): Command {
      const args = ['--config', file, '--redis', frames.url, '--status-port', '0', ...more];
      const command = new Command(name, args);
      commands.push(command);
      return command;
    },
  };
}

async function until(what: () => boolean | Promise<boolean>, hub: Command): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await what())) {
    if (Date.now() > deadline) assert.fail(`not within 30 s: ${hub.output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const status = (hub: Command, path: string, method = 'GET') =>
  fetch(new URL(path, hub.url), { method }).then(
    ({ status: code }) => code,
    () => 0,
  );

const told = async (of: Command) =>
  Status.parse(await (await fetch(new URL('/api/v1/status', of.url))).json()).scaled!;

test('two hubs are ready, one is active, and one that stops gives its place up', async (t) => {
  const { hub, jobs } = await engines(t);
  const one = hub();
  await until(() => one.url !== undefined, one);
  assert.ok(one.active);
  const two = hub();
  await until(() => two.url !== undefined, two);
  await until(async () => (await status(two, '/readyz')) === 200, two);

  assert.equal(two.active, false);
  assert.equal(await status(one, '/readyz'), 200);
  assert.equal(await status(two, '/api/v1/cameras'), 200);
  assert.equal(await status(two, '/api/v1/endpoints/desk/test', 'POST'), 200);
  await jobs.kill();
  assert.equal(await status(two, '/api/v1/endpoints/desk/test', 'POST'), 200, 'the store has it');

  const began = Date.now();
  assert.equal(await one.end('SIGTERM'), 0);
  assert.ok(Date.now() - began < 8000, 'it ends within seconds');
  await until(() => two.active, two);
});

test('each hub tells who is there, and of a worker why it does not compute where it was asked to', async (t) => {
  const { hub, beside } = await engines(t);
  const one = hub();
  await until(() => one.url !== undefined, one);
  const two = hub();
  await until(() => two.url !== undefined, two);
  // There is no CUDA where the tests run; with one there is nothing to fall back from.
  const gpu = beside('inference', '--provider', 'cuda', '--threads', '1');
  await until(async () => (await told(two)).workers.length === 1, gpu);
  await until(async () => (await told(two)).hubs.length === 2, two);

  const { hubs, hubId, workers, ingests, queued } = await told(two);
  assert.deepEqual(
    hubs.map(({ id, active }) => active === (id !== hubId)),
    [true, true],
    'the other one is active',
  );
  assert.deepEqual(ingests, []);
  assert.equal(queued, 0);
  const [{ provider, fallback, detector }] = workers as [WorkerStatus];
  const { detector: inUse } = await loadPair(loadConfig(shippedConfig, { environment: {} }).models);
  assert.equal(detector?.sha256, inUse.model.sha256);
  const metrics = await (await fetch(new URL('/metrics', two.url))).text();
  assert.match(metrics, /^maskwatch_hubs 2$/m);
  assert.match(metrics, /^maskwatch_hub_active 0$/m);
  assert.match(metrics, new RegExp(`^maskwatch_inference_worker{.*provider="${provider}"`, 'm'));
  if (provider === 'cuda') return;
  assert.match(fallback ?? '', /cuda/i);
  assert.equal(gpu.output.split('computes elsewhere').length, 2, 'said once');
});

/** Aborts the worker each time that it fetches a picture of the gate. */
async function killsOverGate(url: string, { child }: Command): Promise<Redis> {
  const redis = new Redis(url, { retryStrategy: () => null });
  const monitor = await redis.monitor();
  redis.disconnect();
  // Redis ends before it.
  monitor.on('error', () => {});
  let sentAt = 0;
  monitor.on('monitor', (_, [command, key]: string[]) => {
    if (key !== frameKey('gate')) return;
    const waits = Date.now() - sentAt < requestMs;
    sentAt = command === 'set' ? Date.now() : 0;
    if (command !== 'getdel' || !waits) return;
    for (const pid of childrenOf(child.pid!)) process.kill(pid, 'SIGABRT');
  });
  return monitor;
}

test('a camera whose every picture kills a worker is kept out, by the next active hub too', async (t) => {
  const { hub, beside, frames } = await engines(t, twoCameras);
  const one = hub();
  await until(() => one.url !== undefined && one.active, one);
  const two = hub();
  const ingest = beside('ingest');
  const worker = beside('inference', '--threads', '1');
  const monitor = await killsOverGate(frames.url, worker);
  t.after(() => monitor.disconnect());
  const cameras = async (of: Command) => {
    const list = await (await fetch(new URL('/api/v1/cameras', of.url))).json();
    return new Map(CameraList.parse(list).cameras.map((camera) => [camera.id, camera]));
  };
  const owned = async () =>
    (await told(two)).ingests.flatMap((one) => one.owned.map(({ cameraId }) => cameraId)).join();
  await until(() => two.url !== undefined, two);
  await until(async () => (await owned()) === 'gate,door', ingest);

  await until(async () => (await cameras(two)).get('gate')?.cause === 'quarantined', worker);
  const newest = (await told(two)).workers.sort((a, b) => b.at - a.at)[0];
  await until(async () => (await owned()) === 'door', ingest);
  const deaths = () => worker.output.split('the process ended').length - 1;
  const before = deaths();
  assert.equal(await one.end('SIGTERM'), 0);
  await until(() => two.active, two);
  const began = Date.now();
  const judgedAt = async () => (await cameras(two)).get('door')?.lastJudgedAt ?? 0;
  await until(async () => (await judgedAt()) > began + 2000, worker);

  assert.deepEqual(newest?.died?.cameraIds, ['gate']);
  // One tells of the third; an abort that came too late found no picture of the gate.
  assert.ok(before >= 3 && before <= 5, `${before} deaths`);
  assert.equal(deaths(), before);
  assert.equal(await owned(), 'door');
  const gate = (await cameras(two)).get('gate');
  assert.deepEqual([gate?.state, gate?.cause], ['offline', 'quarantined']);
  assert.match(one.output, /"cameraId":"gate".*camera quarantined for 5 minutes/);
  // It would wait for somebody to take its cameras.
  await ingest.end('SIGKILL');
});

test('a hub that starts before its engines waits for them', async (t) => {
  const { hub, postgres, frames } = await engines(t);
  await Promise.all([postgres.kill(), frames.kill()]);
  const one = hub();
  await until(() => one.output.includes('waiting for an engine'), one);
  await postgres.restart();
  await frames.restart();

  await until(() => one.url !== undefined, one);

  assert.ok(one.active);
  assert.equal(one.output.split('waiting for an engine').length, 2, 'said once');
});

test('what it must not be given is refused: a Redis that evicts, strangers without a token', async (t) => {
  const { hub } = await engines(t);
  const open = hub('--host', '0.0.0.0');
  assert.notEqual(await exit(open), 0);
  assert.match(open.output, /token/);

  const evicting = await startRedis('frames', ['--maxmemory-policy', 'allkeys-lru']);
  t.after(() => evicting.close());
  const refused = hub('--redis', evicting.url);
  assert.notEqual(await exit(refused), 0);
  assert.match(refused.output, /--maxmemory-policy noeviction/);
});

async function exit({ child }: Command): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
}
