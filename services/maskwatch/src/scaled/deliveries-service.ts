/** Deliveries on their own: the outbox of PostgreSQL to webhooks, woken over BullMQ. */
import type { Config } from '@maskwatch/contracts/config';
import { Deliveries, type DeliveriesHealth } from '@maskwatch/deliveries/service';
import { systemClock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { startStatusServer } from '@maskwatch/platform/status-server';
import { openBullJobs } from '@maskwatch/store/jobs/bullmq-jobs';
import { openPostgresStore } from '@maskwatch/store/postgres-store';
import { deliveriesMetrics } from './deliveries-metrics.ts';
import { engineThere } from './engine-there.ts';

/** What is due is looked for each 5 s, so this is a fault and no bad luck. */
const lateMs = 20_000;

/** Its timers or its store calls end no more: only a new process helps. */
const hungMs = 60_000;

const clock = systemClock;

export interface DeliveriesProcessOptions {
  config: Config;
  engines: { jobsRedis: string; postgres: string };
  status: { host: string; port: number };
  logger: Logger;
  /** For tests. */
  sweepMs?: number;
}

export interface DeliveriesProcess {
  statusPort: number;
  stuck(): boolean;
  stop(): Promise<void>;
}

/** Problems of the engines and of the port. */
export async function startDeliveriesProcess(
  options: DeliveriesProcessOptions,
): Promise<DeliveriesProcess> {
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  try {
    const { deliveries, statusPort } = await open(options, closers);
    return { statusPort, stop, stuck: () => isStuck(deliveries.health) };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

async function open(
  { config, engines, status, logger, sweepMs }: DeliveriesProcessOptions,
  closers: (() => Promise<unknown>)[],
) {
  const wait = { clock, logger };
  const { store, files } = await engineThere(
    'postgres',
    () => openPostgresStore({ url: engines.postgres, logger }),
    wait,
  );
  closers.push(() => store.close());
  const jobs = await engineThere(
    'jobs-redis',
    () => openBullJobs({ url: engines.jobsRedis, logger, clock }),
    wait,
  );
  closers.push(() => jobs.close());
  const { endpoints, publicUrl, retention } = config;
  const deliveries = new Deliveries({
    ...{ store, jobs, clock, logger, random: Math.random, publicUrl },
    endpoints: endpoints.webhooks,
    allow: endpoints.allow,
    retention: { ...retention, files },
    ...(sweepMs !== undefined && { sweepMs }),
  });
  const endpointIds = endpoints.webhooks.map(({ id }) => id);
  const server = await startStatusServer({
    ...status,
    reasons: () => reasonsOf(deliveries.health),
    metrics: deliveriesMetrics({ deliveries, jobs, store, endpointIds }),
  });
  closers.push(() => server.close());
  await deliveries.start();
  closers.push(() => deliveries.stop());
  return { deliveries, statusPort: server.port };
}

/** Progress, not connections: without Redis the sweep goes on. */
function reasonsOf(health: DeliveriesHealth): { code: string; detail: string }[] {
  const { away, oldestDueMs, full } = health;
  if (away) return [{ code: 'store-unreachable', detail: 'PostgreSQL does not answer.' }];
  if (isStuck(health)) {
    return [
      { code: 'deliveries-stuck', detail: 'Nobody has looked for what is due for a minute.' },
    ];
  }
  if (full || oldestDueMs < lateMs) return [];
  const seconds = Math.round(oldestDueMs / 1000);
  const detail = `A delivery has been due for ${seconds} s and nobody works on it.`;
  return [{ code: 'deliveries-late', detail }];
}

function isStuck({ away, sweptMs }: DeliveriesHealth): boolean {
  return !away && sweptMs > hungMs;
}
