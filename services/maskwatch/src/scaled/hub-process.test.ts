/** The command itself, on real engines: where it listens, who is active, what it waits for. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '@maskwatch/platform/testing/postgres-server';
import { startRedis } from '@maskwatch/platform/testing/redis-server';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const config = `
cameras: [{ id: gate, source: 'rtsp://192.0.2.1/live' }]
rules: [{ id: no_mask, states: [no_mask] }]
endpoints:
  webhooks: [{ id: desk, url: 'https://desk.example/hook', secret: whsec_${'a'.repeat(32)} }]
`;

class HubCommand {
  readonly child: ChildProcess;
  output = '';

  constructor(args: string[]) {
    this.child = spawn(process.execPath, [main, 'hub', ...args], {
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

async function engines(t: TestContext) {
  const [postgres, frames, jobs] = await Promise.all([
    startPostgres(),
    startRedis('frames'),
    startRedis('jobs'),
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-hub-'));
  const file = join(folder, 'maskwatch.yaml');
  await writeFile(file, config);
  const hubs: HubCommand[] = [];
  t.after(async () => {
    await Promise.all(hubs.map((hub) => hub.end('SIGTERM')));
    await Promise.all([postgres, frames, jobs].map((engine) => engine.close()));
    await rm(folder, { recursive: true });
  });
  const at = ['--redis', frames.url, '--jobs-redis', jobs.url, '--postgres', postgres.url];
  return {
    ...{ postgres, frames, jobs },
    hub(...more: string[]): HubCommand {
      const hub = new HubCommand(['--config', file, ...at, '--port', '0', ...more]);
      hubs.push(hub);
      return hub;
    },
  };
}

async function until(what: () => boolean | Promise<boolean>, hub: HubCommand): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await what())) {
    if (Date.now() > deadline) assert.fail(`not within 30 s: ${hub.output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const status = (hub: HubCommand, path: string, method = 'GET') =>
  fetch(new URL(path, hub.url), { method }).then(
    ({ status: code }) => code,
    () => 0,
  );

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

async function exit({ child }: HubCommand): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
}
