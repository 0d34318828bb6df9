/** A Redis, workers that take from it, and the owner's end that asks: what the parts compare. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import { openRedisQueue } from '@maskwatch/inference/redis-queue';
import { stampOf, writeStamp } from '@maskwatch/inference/worker-registry';
import { dyingWithParent } from '@maskwatch/platform/child-process';
import { systemClock } from '@maskwatch/platform/clock';
import { silentLogger } from '@maskwatch/platform/logger';
import { openRedis, redisReady } from '@maskwatch/platform/redis';
import type { Engine } from '@maskwatch/platform/testing/engine';
import { freePort } from '@maskwatch/platform/testing/free-port';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { version } from 'maskwatch/version';
import { loadShipped } from '../measure/bare-sessions.ts';
import { cpuSeconds } from '../measure/processes.ts';
import { openBullQueue } from './bull-queue.ts';

const command = join(import.meta.dirname, '../../services/maskwatch/bin/maskwatch');
const child = fileURLToPath(new URL('./worker-child.ts', import.meta.url));
const startMs = 60_000;
const stampMs = 2000;

/**
 * `inference`: the command, with the shipped models. The others are processes of the bench: `bullmq`
 * has the same models, `echo` and `bullmq-echo` answer at once that there is no face.
 */
export type WorkerKind = 'inference' | 'bullmq' | 'echo' | 'bullmq-echo';

export interface System {
  queue: Pick<InferenceQueue, 'detect'>;
  /** CPU seconds so far of Redis and of each worker with all that descends from it. */
  cpu(): { redis: number; workers: number[] };
  close(): Promise<void>;
}

/** Each worker has one thread that computes. Answers when all of them take requests. */
export async function startSystem(kind: WorkerKind, workers: number): Promise<System> {
  const server = await startRedis('frames');
  const closers: (() => unknown)[] = [() => server.close()];
  const close = async () => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  try {
    closers.push(await repeatStamp(server));
    const started: ChildProcess[] = [];
    closers.push(() => Promise.all(started.map(end)));
    for (let n = 0; n < workers; n += 1) started.push(await startWorker(kind, server.url));
    const options = { url: server.url, ownerId: 'bench', clock: systemClock, logger: silentLogger };
    const queue = await (kind.startsWith('bullmq') ? openBullQueue : openRedisQueue)(options);
    closers.push(() => queue.close());
    return {
      ...{ queue, close },
      cpu: () => ({
        redis: cpuSeconds(server.pid),
        workers: started.map(({ pid }) => cpuSeconds(pid!)),
      }),
    };
  } catch (fault) {
    await close();
    throw fault;
  }
}

/** As the active hub says it: workers wait for that. */
async function repeatStamp({ url }: Engine): Promise<() => void> {
  const redis = openRedis({ url, name: 'bench hub', logger: silentLogger });
  await redisReady(redis);
  const stamp = stampOf(await loadShipped(), version);
  const write = () => writeStamp(redis, stamp).catch(() => {});
  await write();
  const timer = setInterval(write, stampMs);
  return () => {
    clearInterval(timer);
    redis.disconnect();
  };
}

async function startWorker(kind: WorkerKind, url: string): Promise<ChildProcess> {
  const port = await freePort();
  const [program, args] =
    kind === 'inference'
      ? [command, ['inference', '--redis', url, '--threads', '1', '--status-port', String(port)]]
      : [process.execPath, [child, kind, url, String(port)]];
  const worker = spawn(...dyingWithParent(program, args), { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  worker.stderr!.on('data', (data: Buffer) => {
    said = `${said}${data}`.slice(-2000);
  });
  const deadline = performance.now() + startMs;
  while (!(await isReady(port))) {
    if (worker.exitCode === null && performance.now() < deadline) await sleep(100);
    else {
      await end(worker);
      throw new Error(`a worker (${kind}) did not become ready: ${said}`);
    }
  }
  return worker;
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function end(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const gone = once(worker, 'exit');
  worker.kill('SIGTERM');
  const timer = setTimeout(() => worker.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(timer);
}
