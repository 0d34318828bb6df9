/** An ingest among others: decoders and tracks here, cameras by lease, faces found elsewhere. */
import { randomBytes } from 'node:crypto';
import { RedisIngestBus } from '@maskwatch/bus/redis-ingest-bus';
import type { Config } from '@maskwatch/contracts/config';
import { openRedisQueue } from '@maskwatch/inference/redis-queue';
import { stampOf } from '@maskwatch/inference/worker-registry';
import { SharedIngest } from '@maskwatch/ingest/lease/shared-ingest';
import { sourceAddress } from '@maskwatch/ingest/source/source-address';
import { systemClock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import type { Problem } from '@maskwatch/platform/problem';
import { startStatusServer } from '@maskwatch/platform/status-server';
import { loadPair, type ModelPair, modelsOf } from '@maskwatch/runtime/model-pair';
import { version } from '../version.ts';
import { demoFilm, openIngest } from '../vision/open-ingest.ts';
import { engineThere } from './engine-there.ts';
import { AnsweredQueue } from './ingest-answers.ts';
import { type IngestParts, ingestMetrics } from './ingest-metrics.ts';
import { watchStamp } from './ingest-stamp.ts';

/** Hubs speak each 2 s, and requests are answered or lost within 2 s. */
const silentMs = 10_000;
const clock = systemClock;

export interface IngestProcessOptions {
  config: Config;
  redis: string;
  /** For people: ids are made of it, a new one for each process. */
  name: string;
  status: { host: string; port: number };
  logger: Logger;
  /** How long cameras are kept without a hub. */
  aloneMs?: number;
  /** The active hub has other models: Problem `models-differ`. */
  onRefused(problem: Problem): void;
}

export interface IngestProcess {
  ingestId: string;
  statusPort: number;
  leave(): Promise<void>;
}

/**
 * Answers when it says that it is there. Problems of the models, the sources, Redis and the port; no
 * network is loaded.
 */
export async function startIngestProcess(options: IngestProcessOptions): Promise<IngestProcess> {
  const pair = await loadPair(options.config.models);
  for (const camera of options.config.cameras) sourceAddress(camera, { demoFilm });
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  try {
    return { ...(await open(options, { pair, closers })), leave: close };
  } catch (fault) {
    await close();
    throw fault;
  }
}

interface Opening {
  pair: ModelPair;
  /** What is opened adds how it is closed. */
  closers: (() => Promise<unknown>)[];
}

async function open(options: IngestProcessOptions, { pair, closers }: Opening) {
  const { config, redis, name, logger, onRefused, aloneMs } = options;
  const { cameras } = config;
  // Two processes must never speak as one: the leases of a name would be for both.
  const ingestId = `${name}-${randomBytes(4).toString('hex')}`;
  const parts = await openParts(options, { ingestId, pair, closers });
  const status = await startStatusServer({
    ...options.status,
    reasons: readiness(parts),
    metrics: ingestMetrics(parts),
  });
  closers.push(() => status.close());
  const stamp = stampOf(pair, version);
  const ingest = new SharedIngest({
    ...{ ingestId, cameras, stamp, clock, logger, service: parts.service, bus: parts.bus },
    ...(aloneMs === undefined ? {} : { aloneMs }),
  });
  ingest.start();
  closers.push(() => ingest.leave());
  closers.push(watchStamp({ redis, stamp, logger, onRefused }));
  return { ingestId, statusPort: status.port };
}

async function openParts(
  { config, redis: url, logger }: IngestProcessOptions,
  { ingestId, pair, closers }: Opening & { ingestId: string },
): Promise<IngestParts> {
  const bus = new RedisIngestBus({ url, ingestId, logger });
  closers.push(() => bus.close());
  await engineThere('redis', () => bus.ready(), { clock, logger });
  const queue = await openRedisQueue({ url, ownerId: ingestId, logger, clock });
  closers.push(() => queue.close());
  const answers = new AnsweredQueue(queue, clock);
  const evidenceStates = [...new Set(config.rules.flatMap(({ states }) => states))];
  const models = modelsOf(pair);
  const service = await openIngest({ evidenceStates, models, inference: answers, bus, logger });
  return { service, bus, answers };
}

/** Progress, not connections: a hub speaks, Redis takes words, faces are found where it has cameras. */
function readiness({ service, bus, answers }: IngestParts) {
  let connected = false;
  bus.onConnected((now) => {
    connected = now;
  });
  return () => [
    ...(connected ? [] : [{ code: 'redis-unreachable', detail: 'Redis does not answer.' }]),
    ...(bus.silentMs < silentMs
      ? []
      : [{ code: 'no-hub', detail: 'No hub has spoken for 10 s: is "maskwatch hub" running?' }]),
    ...(service.owned.length === 0 || answers.silentMs < silentMs
      ? []
      : [
          {
            code: 'no-inference',
            detail: 'No frame was answered for 10 s: is "maskwatch inference" running?',
          },
        ]),
  ];
}
