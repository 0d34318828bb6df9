/** The command as people start it, on a real Redis and the shipped models. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inferenceQueueContract } from '@maskwatch/inference/contract-suite';
import { openRedisQueue } from '@maskwatch/inference/redis-queue';
import { readWorkers, stampOf, writeStamp } from '@maskwatch/inference/worker-registry';
import { systemClock } from '@maskwatch/platform/clock';
import { loadConfig } from '@maskwatch/platform/config/load-config';
import { createLogger } from '@maskwatch/platform/logger';
import { openRedis, redisReady } from '@maskwatch/platform/redis';
import type { Engine } from '@maskwatch/platform/testing/engine';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { loadPair } from '@maskwatch/runtime/model-pair';
import { shippedConfig } from './shipped-config.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const logger = createLogger({ service: 'test' });
let server: Engine;
let redis: ReturnType<typeof openRedis>;
let repeat: NodeJS.Timeout;
let stamp: ReturnType<typeof stampOf>;
let worker: ChildProcess;
let owners = 0;

before(async () => {
  server = await startRedis('frames');
  redis = openRedis({ url: server.url, logger, name: 'test' });
  await redisReady(redis);
  stamp = stampOf(await loadPair(loadConfig(shippedConfig).models), 'test');
  await writeStamp(redis, stamp);
  repeat = setInterval(() => void writeStamp(redis, stamp).catch(() => {}), 1000);
  worker = start();
  await workers(1);
});

after(async () => {
  clearInterval(repeat);
  worker.kill('SIGKILL');
  redis.disconnect();
  await server.close();
});

function start(url = server.url): ChildProcess {
  const args = ['inference', '--redis', url, '--threads', '1', '--status-port', '0'];
  return spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
}

const open = () => {
  owners += 1;
  const ownerId = `owner-${owners}`;
  return openRedisQueue({ url: server.url, ownerId, logger, clock: systemClock });
};

async function workers(count: number): Promise<number[]> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const all = await readWorkers(redis, Date.now());
    if (all.length === count) return all.map(({ pid }) => pid);
    assert.ok(Date.now() < deadline, `${all.length} workers in place of ${count}`);
    await new Promise((go) => setTimeout(go, 100));
  }
}

inferenceQueueContract('over Redis', open);

test('a worker that is killed is started again, and answers', async (t) => {
  const queue = await open();
  t.after(() => queue.close());
  const [pid] = await workers(1);
  process.kill(pid!, 'SIGKILL');
  const size = 32;
  const planes = new Uint8Array(new SharedArrayBuffer(3 * size * size));
  const look = { planes, width: size, height: size, colour: 'rgb', scale: 1 } as const;

  let lost = 0;
  for (;;) {
    const asked = queue.detect({ cameraId: 'gate', ...look, minConfidence: 0.5 });
    if (
      await asked.then(
        () => true,
        () => false,
      )
    )
      break;
    lost += 1;
  }

  assert.ok(lost < 8, `${lost} lost`);
  assert.equal(queue.status().lost, lost);
});

test('a worker that stands still is killed by its supervisor, and another takes its place', async () => {
  const [pid] = await workers(1);
  process.kill(pid!, 'SIGSTOP');
  const stoodAt = Date.now();

  for (;;) {
    const [next] = await workers(1);
    if (next !== pid) break;
    assert.ok(Date.now() - stoodAt < 30_000, 'not within 30 s');
    await new Promise((go) => setTimeout(go, 100));
  }

  assert.ok(!readdirSync('/proc').includes(String(pid)));
});

test('SIGTERM ends it with its child, answered and gone from the list of workers', async () => {
  // Who was killed above is gone from the list.
  await workers(1);
  const second = start();
  const pids = await workers(2);
  const queue = await open();
  const planes = new Uint8Array(new SharedArrayBuffer(3 * 32 * 32));
  const look = { planes, width: 32, height: 32, colour: 'rgb', scale: 1 } as const;
  const asked = Array.from({ length: 20 }, (_, n) =>
    queue.detect({ cameraId: `camera-${n}`, ...look, minConfidence: 0.5 }),
  );

  second.kill('SIGTERM');
  const [code] = (await once(second, 'exit')) as [number | null];
  const answers = await Promise.all(asked);
  await queue.close();

  assert.equal(code, 0);
  assert.equal(answers.length, 20);
  const left = await workers(1);
  const gone = pids.filter((pid) => !left.includes(pid));
  assert.ok(!readdirSync('/proc').includes(String(gone[0])));
});

test('one with another model than the active hub ends with 2 and names both hashes', async () => {
  const right = stamp;
  stamp = { ...right, detector: { name: 'another', sha256: 'f00' } };
  await writeStamp(redis, stamp);
  const refused = start();
  let said = '';
  refused.stderr!.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = (await once(refused, 'exit')) as [number | null];
  stamp = right;

  assert.equal(code, 2);
  assert.match(said, new RegExp(`sha256 ${right.detector.sha256}.*another \\(sha256 f00\\)`));
});

test('a Redis that writes to its disk is refused before anything is sent', async (t) => {
  const jobs = await startRedis('jobs');
  t.after(() => jobs.close());
  const args = ['inference', '--redis', jobs.url, '--threads', '1', '--status-port', '0'];
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr!.on('data', (chunk) => {
    said += chunk;
  });
  t.after(() => child.kill('SIGKILL'));
  const [code] = (await once(child, 'exit')) as [number | null];

  assert.equal(code, 2);
  assert.match(said, /writes pictures to its disk/);
});

test('SIGTERM while Redis is away ends it too', async (t) => {
  const own = await startRedis('frames');
  t.after(() => own.close());
  const writer = openRedis({ url: own.url, logger, name: 'test' });
  t.after(() => writer.disconnect());
  await redisReady(writer);
  await writeStamp(writer, stamp);
  const child = start(own.url);
  t.after(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stderr! })) {
    if (line.includes('taking requests')) break;
  }
  await own.kill();
  // Until it has noticed.
  await new Promise((go) => setTimeout(go, 1000));
  const askedAt = Date.now();
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];

  assert.equal(code, 0);
  assert.ok(Date.now() - askedAt < 10_000, `after ${Date.now() - askedAt} ms`);
});
