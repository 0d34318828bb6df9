/** One of several hubs: page, API and sockets always, rules and leases while it is the active one. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { RedisHubBus } from '@maskwatch/bus/redis-hub-bus';
import type { Config } from '@maskwatch/contracts/config';
import { judgingOf } from '@maskwatch/contracts/model';
import type { ProcessStamp } from '@maskwatch/contracts/scaled';
import { Hub } from '@maskwatch/hub/hub';
import { openHubAdapter } from '@maskwatch/hub/live/hub-adapter';
import { refuseOtherModels, stampOf, writeStamp } from '@maskwatch/inference/worker-registry';
import { systemClock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf } from '@maskwatch/platform/problem';
import { openRedis } from '@maskwatch/platform/redis';
import { loadPair, modelsOf } from '@maskwatch/runtime/model-pair';
import { openBullJobs } from '@maskwatch/store/jobs/bullmq-jobs';
import { openPostgresStore } from '@maskwatch/store/postgres-store';
import { builtPage } from '../service/built-page.ts';
import { unsayableRules } from '../service/unsayable-rules.ts';
import { version } from '../version.ts';
import { engineThere } from './engine-there.ts';
import { hubDeliveries } from './hub-deliveries.ts';

/** Workers compare themselves with it; it fades 10 s after the last. */
const stampMs = 2000;

export interface HubServiceOptions {
  config: Config;
  engines: { redis: string; jobsRedis: string; postgres: string };
  logger: Logger;
}

export interface HubService {
  port: number;
  /** Rejects never; what is open is closed in the order in which it is needed no more. */
  stop(): Promise<void>;
}

/** Throws the Problem of whatever cannot start: a model, an engine, the port. */
export async function startHubService(options: HubServiceOptions): Promise<HubService> {
  const { config, logger } = options;
  const pair = await loadPair(config.models);
  const { states } = judgingOf(modelsOf(pair));
  for (const warning of unsayableRules(config.rules, states)) logger.warn(warning);
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const one of closers.toReversed()) await one().catch(complain(logger));
  };
  try {
    const hub = await openHub(options, { pair, closers });
    const { port } = await hub.start();
    return { port, stop: close };
  } catch (fault) {
    await close();
    throw fault;
  }
}

type Pair = Awaited<ReturnType<typeof loadPair>>;

async function openHub(
  { config, engines, logger }: HubServiceOptions,
  { pair, closers }: { pair: Pair; closers: (() => Promise<unknown>)[] },
): Promise<Hub> {
  const clock = systemClock;
  const wait = { clock, logger };
  const { redis, jobsRedis, postgres } = engines;
  const hubId = `${hostname()}-${randomBytes(4).toString('hex')}`;
  const { store, files, leadership } = await engineThere(
    'postgres',
    () => openPostgresStore({ url: postgres, logger }),
    wait,
  );
  closers.push(() => store.close());
  const bus = new RedisHubBus({ url: redis, hubId, logger });
  closers.push(() => bus.close());
  await engineThere('redis', () => bus.ready(), wait);
  const jobs = await engineThere(
    'jobs-redis',
    () => openBullJobs({ url: jobsRedis, logger, clock }),
    wait,
  );
  closers.push(() => jobs.close());
  const hubs = openHubAdapter({ url: redis, hubId, logger });
  closers.push(async () => hubs.close());
  const stamp = stampOf(pair, version);
  const hub = new Hub({
    ...{ config, store, files, bus, page: builtPage, version, clock, logger },
    models: Object.values(modelsOf(pair)),
    deliveries: hubDeliveries({ config, store, jobs, clock, logger }),
    scaled: {
      ...{ hubId, leadership, redis, adapter: hubs.adapter },
      refuse: (other) => refuseOtherModels(other, stamp)?.message,
    },
  });
  closers.push(() => hub.stop());
  closers.push(keepStamp({ redis, stamp, hub, logger }));
  return hub;
}

/** Workers and ingests with other models are refused by what the active hub says. */
function keepStamp(options: {
  redis: string;
  stamp: ProcessStamp;
  hub: Hub;
  logger: Logger;
}): () => Promise<void> {
  const { redis: url, stamp, hub, logger } = options;
  const redis = openRedis({ url, logger, name: 'hub stamp' });
  const say = () => {
    // Its loss is logged by the connection.
    if (hub.context.cluster?.active) writeStamp(redis, stamp).catch(() => {});
  };
  const timer = setInterval(say, stampMs);
  return async () => {
    clearInterval(timer);
    redis.disconnect();
  };
}

function complain(logger: Logger) {
  return (fault: unknown) => logger.warn({ fault: messageOf(fault) }, 'the stop was not complete');
}
