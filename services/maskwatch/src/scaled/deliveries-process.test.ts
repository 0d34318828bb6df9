/** The command itself, on real engines. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@maskwatch/platform/clock';
import { silentLogger } from '@maskwatch/platform/logger';
import { freePort } from '@maskwatch/platform/testing/free-port';
import { startPostgres } from '@maskwatch/platform/testing/postgres-server';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { until } from '@maskwatch/platform/testing/until';
import { aDelivery, anOpening } from '@maskwatch/store/builders';
import { openBullJobs } from '@maskwatch/store/jobs/bullmq-jobs';
import { openPostgresStore } from '@maskwatch/store/postgres-store';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** A receiver that answers 204; ids of what it got. */
async function receiver(t: TestContext) {
  const ids: string[] = [];
  const server = createServer((request, response) => {
    ids.push(String(request.headers['webhook-id']));
    request.resume().on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { ids, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

async function world(t: TestContext) {
  const { ids, url } = await receiver(t);
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis('jobs')]);
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-deliveries-'));
  const file = join(folder, 'maskwatch.yaml');
  const hook = `{ id: desk, url: '${url}', secret: whsec_${'a'.repeat(32)} }`;
  await writeFile(file, `cameras: []\nendpoints: { allow: [127.0.0.1/32], webhooks: [${hook}] }\n`);
  const children: ChildProcess[] = [];
  t.after(async () => {
    for (const child of children) await ended(child, 'SIGTERM');
    await Promise.all([postgres.close(), redis.close()]);
    await rm(folder, { recursive: true });
  });
  const start = async () => {
    const port = await freePort();
    const engines = ['--jobs-redis', redis.url, '--postgres', postgres.url];
    const args = ['deliveries', '--config', file, ...engines, '--status-port', String(port)];
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    const ask = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`).then(
        async (response) => ({ status: response.status, text: await response.text() }),
        () => ({ status: 0, text: output }),
      );
    return { child, ask, output: () => output };
  };
  return { ids, postgres, redis, start };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
  return child.exitCode;
}

async function hubOf(t: TestContext, engines: { postgres: string; redis: string }) {
  const { store } = await openPostgresStore({ url: engines.postgres });
  const base = { clock: systemClock, logger: silentLogger };
  const jobs = await openBullJobs({ url: engines.redis, ...base });
  t.after(async () => {
    await jobs.close();
    await store.close();
  });
  return async (name: string) => {
    const delivery = aDelivery({ id: name, endpointId: 'desk', createdAt: Date.now() });
    await store.open(anOpening(name, { deliveries: [delivery] }));
    jobs.wake('deliveries', 'desk', Date.now());
  };
}

test('the command delivers, says how it is, and is started again when its process dies', async (t) => {
  const { ids, postgres, redis, start } = await world(t);
  const { child, ask, output } = await start();
  await until('it is ready', async () => (await ask('/readyz')).status === 200);
  const commit = await hubOf(t, { postgres: postgres.url, redis: redis.url });
  await commit('one');
  await until('the first', () => ids.includes('one'));
  // It is counted when it is answered, and waits until that is written down.
  const text = await until('its count, and none that waits', async () => {
    const { text } = await ask('/metrics');
    const counted = text.includes('maskwatch_delivery_attempts{outcome="delivered"} 1\n');
    return counted && /^maskwatch_deliveries_waiting\{endpoint="desk"\} 0$/m.test(text) && text;
  });
  assert.match(text, /^maskwatch_deliveries_oldest_due_seconds 0$/m);
  assert.match(text, /^maskwatch_jobs_connected 1$/m);

  const [worker] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ');
  process.kill(Number(worker), 'SIGKILL');
  await commit('two');
  await until('the second, by its successor', () => ids.includes('two'));

  await redis.kill();
  await commit('three');
  await until('the third, without Redis', () => ids.includes('three'));
  assert.equal((await ask('/readyz')).status, 200, 'progress counts');

  await postgres.kill();
  await until('it says so', async () => (await ask('/readyz')).text.includes('store-unreachable'));
  assert.equal((await ask('/metrics')).status, 200);
  await postgres.restart();
  await until('it is ready again', async () => (await ask('/readyz')).status === 200);
  assert.deepEqual(ids, ['one', 'two', 'three']);

  const began = Date.now();
  assert.equal(await ended(child, 'SIGTERM'), 0, output().slice(-3000));
  assert.ok(Date.now() - began < 10_000, 'it ends within seconds, Redis away or not');
});

test('a start before the engines waits for them, and says so once for each', async (t) => {
  const { postgres, redis, start } = await world(t);
  await Promise.all([postgres.kill(), redis.kill()]);
  const { ask, output } = await start();
  await until('it waits', () => output().includes('waiting for an engine'));
  await postgres.restart();
  await redis.restart();
  await until('it is ready', async () => (await ask('/readyz')).status === 200);
  assert.ok(output().split('waiting for an engine').length <= 3);
});
