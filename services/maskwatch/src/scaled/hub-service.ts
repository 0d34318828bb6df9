/** One of several hubs: page, API and sockets always, rules and leases while it is the active one. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { RedisHubBus } from '@maskwatch/bus/redis-hub-bus';
import type { Config } from '@maskwatch/contracts/config';
import { judgingOf } from '@maskwatch/contracts/model';
import { Hub } from '@maskwatch/hub/hub';
import { openHubAdapter } from '@maskwatch/hub/live/hub-adapter';
import {
  readQueued,
  readWorkers,
  refuseOtherModels,
  stampOf,
  writeStamp,
} from '@maskwatch/inference/worker-registry';
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

/** Workers and ingests compare their models with what the active hub says; it fades 10 s after. */
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
  const registry = openRedis({ url: redis, logger, name: 'hub registry' });
  closers.push(async () => registry.disconnect());
  const stamp = stampOf(pair, version);
  const hub = new Hub({
    ...{ config, store, files, bus, page: builtPage, version, clock, logger },
    models: Object.values(modelsOf(pair)),
    deliveries: hubDeliveries({ config, store, jobs, clock, logger }),
    scaled: {
      ...{ hubId, leadership, redis, adapter: hubs.adapter },
      refuse: (other) => refuseOtherModels(other, stamp)?.message,
      inference: async () => ({
        workers: await readWorkers(registry, clock.now()),
        queued: await readQueued(registry),
      }),
    },
  });
  closers.push(() => hub.stop());
  const say = () => {
    // Its loss is logged by the connection.
    if (hub.context.cluster?.active) writeStamp(registry, stamp).catch(() => {});
  };
  const timer = setInterval(say, stampMs);
  closers.push(async () => clearInterval(timer));
  return hub;
}

function complain(logger: Logger) {
  return (fault: unknown) => logger.warn({ fault: messageOf(fault) }, 'the stop was not complete');
}
