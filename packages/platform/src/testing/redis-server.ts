import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type Engine, EngineProcess, runningEngine, untilUp } from './engine.ts';
import { freePort } from './free-port.ts';

const settings = {
  frames: ['--save', '', '--appendonly', 'no'],
  jobs: ['--save', '', '--appendonly', 'yes'],
};

/** A real Redis on a free port, set as the service wants it; `more` are further arguments. */
export async function startRedis(
  use: keyof typeof settings,
  more: readonly string[] = [],
): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-redis-'));
  const port = await freePort();
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const all = [...own, '--maxmemory-policy', 'noeviction', ...settings[use], ...more];
  const server = new EngineProcess('redis-server', all);
  const start = async () => {
    server.start();
    await untilUp(server, () => answers(port));
  };
  const url = `redis://127.0.0.1:${port}`;
  return runningEngine(server, { url, port, folder, start });
}

async function answers(port: number): Promise<void> {
  const redis = new Redis({ port, lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}
