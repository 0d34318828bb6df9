/** What can happen to services that run apart, and how it is done to real ones. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Container } from '../scaled/compose/container.ts';
import type { Stage } from './stage.ts';

/** What is left of a fault when it was done. */
export interface Inflicted {
  /** Nothing is asked of these while others recover. */
  away?: Container[];
  /** What brings back what is still away, once the others have recovered. */
  undo?(): Promise<void> | void;
}

export interface Fault {
  name: string;
  /** How often it is tried in a whole run. */
  times: number;
  /**
   * Cameras are not judged while it lasts: a violation may pass unseen. Elsewhere each violation has
   * to raise its alert.
   */
  blinds: boolean;
  /** Recovery is counted from its end (a pause, a cut) or its beginning (whatever is killed). */
  from: 'begin' | 'end';
  /** So many look on, and have recovered when all are connected again. */
  viewers?: number;
  /** Milliseconds that recovery may take. */
  allowedMs: number;
  inflict(stage: Stage): Promise<Inflicted>;
}

const killed = { times: 10, from: 'begin', allowedMs: 10_000 } as const;
const after = { times: 10, from: 'end', allowedMs: 10_000 } as const;
const cutMs = 15_000;
const pauseMs = 30_000;
/** As long as an engine's restart policy lets it be away. */
const engineAwayMs = 1000;

export const faults: Fault[] = [
  {
    ...{ name: 'inference killed in mid-batch', ...killed, blinds: true },
    inflict: async (stage) => killUntilRecovered(stage.all('inference')[0]!),
  },
  {
    ...{ name: 'ingest killed', ...killed, blinds: true },
    inflict: async (stage) => killUntilRecovered(await stage.owner()),
  },
  {
    ...{ name: 'ingest frozen 15 s', ...killed, blinds: true },
    async inflict(stage) {
      const ingest = await stage.owner();
      ingest.freeze();
      const thawed = sleep(15_000).then(() => ingest.thaw());
      return { away: [ingest], undo: () => thawed };
    },
  },
  {
    ...{ name: 'active hub killed', ...killed, blinds: true, viewers: 500 },
    inflict: async (stage) => killUntilRecovered(await stage.active()),
  },
  ...(['redis-frames', 'redis-jobs'] as const).flatMap((name): Fault[] => {
    const blinds = name === 'redis-frames';
    return [
      {
        ...{ name: `${name} killed`, ...killed, blinds },
        inflict: (stage) => killEngine(stage, name),
      },
      {
        ...{ name: `${name} emptied`, ...killed, blinds },
        inflict: async (stage) => tell(stage, name, ['FLUSHALL']),
      },
      {
        ...{ name: `${name} full 15 s`, ...after, blinds },
        async inflict(stage) {
          const { memory } = await memoryOf(stage, name);
          await tell(stage, name, ['CONFIG', 'SET', 'maxmemory', '1']);
          await sleep(15_000);
          return tell(stage, name, ['CONFIG', 'SET', 'maxmemory', memory]);
        },
      },
      {
        ...{ name: `${name} paused 30 s`, ...after, blinds, allowedMs: 30_000 },
        inflict: (stage) => pause(stage.cluster.container(name), pauseMs),
      },
    ];
  }),
  {
    ...{ name: 'postgres killed', ...killed, blinds: false },
    inflict: (stage) => killEngine(stage, 'postgres'),
  },
  ...(
    [
      ['hub', 'postgres', false],
      ['hub', 'redis-frames', true],
      ['hub', 'redis-jobs', false],
      ['ingest', 'redis-frames', true],
      ['inference', 'redis-frames', true],
      ['deliveries', 'postgres', false],
      ['deliveries', 'redis-jobs', false],
      ['deliveries', 'host', false],
    ] as const
  ).map(
    ([service, other, blinds]): Fault => ({
      ...{ name: `${service} cut from ${other === 'host' ? 'the receiver' : other} 15 s` },
      ...{ ...after, times: 3, blinds },
      inflict: (stage) => cut(stage, service, other),
    }),
  ),
];

/** It comes back when the others have done without it. */
async function killUntilRecovered(container: Container): Promise<Inflicted> {
  await container.kill();
  return { away: [container], undo: () => container.start() };
}

async function killEngine(stage: Stage, name: string): Promise<Inflicted> {
  const engine = stage.cluster.container(name);
  await engine.kill();
  await sleep(engineAwayMs);
  engine.start();
  return {};
}

async function pause(container: Container, ms: number): Promise<Inflicted> {
  container.freeze();
  await sleep(ms);
  container.thaw();
  return {};
}

/** All of one kind from an engine, as a switch between them would. */
async function cut(stage: Stage, service: string, other: string): Promise<Inflicted> {
  const { network } = stage.cluster;
  const ones = stage.all(service);
  for (const { name } of ones) network.cut(name, other);
  await sleep(cutMs);
  for (const { name } of ones) network.heal(name, other);
  return {};
}

async function tell(stage: Stage, name: string, [command, ...words]: string[]): Promise<Inflicted> {
  await withRedis(stage, name, (redis) => redis.call(command!, ...words));
  return {};
}

async function memoryOf(stage: Stage, name: string): Promise<{ memory: string }> {
  const [, memory = '0'] = (await withRedis(stage, name, (redis) =>
    redis.call('CONFIG', 'GET', 'maxmemory'),
  )) as string[];
  return { memory };
}

async function withRedis<T>(
  stage: Stage,
  name: string,
  ask: (redis: Redis) => Promise<T>,
): Promise<T> {
  const redis = new Redis(stage.cluster.redisUrl(name));
  try {
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}
