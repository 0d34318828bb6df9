/** Connections to Redis (ioredis 6), and what a Redis must not do with what it is given. */
import { type CommonRedisOptions, Redis } from 'ioredis';
import { type Logger, withoutCredentials } from './logger.ts';
import { messageOf, Problem } from './problem.ts';

/**
 * Silence of an engine that was asked: then the connection is given up and made anew. A cut network
 * says nothing by itself, and TCP would wait for minutes.
 */
export const engineSilentMs = 3000;
const connectMs = 3000;
const longestPauseMs = 1000;

export interface OpenRedisOptions {
  url: string;
  logger: Logger;
  /** What it is for, in logs and in CLIENT LIST. */
  name: string;
  /**
   * Commands wait for the connection and block for at most 1 s: for readers. Where absent a command
   * without a connection is rejected at once: what perishes must not queue.
   */
  reader?: boolean;
  /** Commands of a reader may block for so long instead. */
  blocksMs?: number;
}

/** Connects by itself and again after each loss; errors are logged once a loss, without secrets. */
export function openRedis(options: OpenRedisOptions): Redis {
  const { url, logger, name, reader = false, blocksMs = 0 } = options;
  const redis = new Redis(url, {
    ...(reader ? readerOptions : writerOptions),
    socketTimeout: engineSilentMs + blocksMs,
    connectionName: name,
  });
  let lost = false;
  redis.on('error', (fault) => {
    if (!lost) logger.warn({ redis: name, fault: sentence(fault) }, 'Redis does not answer');
    lost = true;
  });
  redis.on('ready', () => {
    if (lost) logger.info({ redis: name }, 'Redis answers again');
    lost = false;
  });
  return redis;
}

type Settings = Omit<CommonRedisOptions, 'replyMapping'>;

const shared: Settings = {
  connectTimeout: connectMs,
  autoResendUnfulfilledCommands: false,
  retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), longestPauseMs),
};
const writerOptions: Settings = {
  ...shared,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: engineSilentMs,
};
/** A read that was under way at a loss is said again: ioredis would never settle it otherwise. */
const readerOptions: Settings = {
  ...shared,
  maxRetriesPerRequest: null,
  autoResendUnfulfilledCommands: true,
};

/** Problem `redis-unreachable` where it does not become ready in time. */
export async function redisReady(redis: Redis, withinMs = 10_000): Promise<void> {
  if (redis.status === 'ready') return;
  let last: unknown;
  const note = (fault: unknown) => {
    last = fault;
  };
  redis.on('error', note);
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer in time')), withinMs);
      redis.once('ready', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  } catch (fault) {
    const { host, port } = redis.options;
    throw new Problem(
      'redis-unreachable',
      `The Redis at ${host}:${port} cannot be used: ${sentence(last ?? fault)}.`,
      { action: 'Start it, or correct the address and the password.', cause: fault, status: 503 },
    );
  } finally {
    redis.off('error', note);
  }
}

/**
 * `frames` holds pictures of people: it must not write them to a disk, nor drop requests of its own
 * accord. `jobs` must not drop what waits. Problem `redis-setting` names the setting to change.
 */
export async function requireRedis(redis: Redis, use: 'frames' | 'jobs'): Promise<void> {
  const setting = async (name: string) => ((await redis.config('GET', name)) as string[])[1] ?? '';
  const refuse = (why: string, fix: string) => {
    const { host, port } = redis.options;
    throw new Problem('redis-setting', `The Redis at ${host}:${port} (${use}) ${why}.`, {
      action: `Start it with ${fix}, or: redis-cli CONFIG SET ${fix.replace(/^--/, '')}`,
      status: 400,
    });
  };
  const policy = await setting('maxmemory-policy');
  if (policy !== 'noeviction') {
    refuse(`may evict keys (maxmemory-policy ${policy})`, '--maxmemory-policy noeviction');
  }
  if (use === 'jobs') return;
  if ((await setting('appendonly')) !== 'no') {
    refuse('writes pictures to its disk (appendonly)', '--appendonly no');
  }
  if ((await setting('save')) !== '') {
    refuse('writes pictures to its disk (save)', '--save ""');
  }
}

function sentence(fault: unknown): string {
  return withoutCredentials(messageOf(fault) || 'the connection closed');
}
