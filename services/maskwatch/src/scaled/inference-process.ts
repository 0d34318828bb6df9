/** What `maskwatch inference` does under its supervisor. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { startInferenceWorkers } from '@maskwatch/inference/in-process-queue';
import { stampOf } from '@maskwatch/inference/worker-registry';
import { InferenceService } from '@maskwatch/inference-worker/service';
import { systemClock } from '@maskwatch/platform/clock';
import { loadConfig } from '@maskwatch/platform/config/load-config';
import type { Logger } from '@maskwatch/platform/logger';
import type { Problem } from '@maskwatch/platform/problem';
import { openRedis, redisReady, requireRedis } from '@maskwatch/platform/redis';
import { startStatusServer } from '@maskwatch/platform/status-server';
import { loadPair } from '@maskwatch/runtime/model-pair';
import type { RequestedProvider } from '@maskwatch/runtime/provider';
import { untilStopped } from '../commands/until-stopped.ts';
import { version } from '../version.ts';
import { engineThere } from './engine-there.ts';
import { inferenceMetrics } from './inference-metrics.ts';
import { deathBefore, sayUnderWay, type Watch } from './supervise.ts';

/** A run takes some 50 ms. */
const hungMs = 10_000;

export interface InferenceOptions {
  config: string;
  redis: string;
  provider: RequestedProvider;
  threads: number;
  batch?: number;
  statusHost: string;
  statusPort: number;
}

export async function runInference(
  options: InferenceOptions,
  { watch, logger }: { watch: Watch; logger: Logger },
): Promise<void> {
  const { models } = loadConfig(options.config);
  const clock = systemClock;
  const { threads, provider, batch, redis: url } = options;
  const stamp = stampOf(await loadPair(models), version);
  const queue = await startInferenceWorkers({ ...models, workers: threads, provider, logger });
  const redis = openRedis({ url, logger, name: 'inference' });
  const reader = openRedis({ url, logger, name: 'inference takes', reader: true });
  try {
    await engineThere('redis', () => redisReady(redis, 3000), { clock, logger });
    await requireRedis(redis, 'frames');
  } catch (fault) {
    redis.disconnect();
    reader.disconnect();
    await queue.close();
    throw fault;
  }
  const refused = Promise.withResolvers<Problem>();
  const died = deathBefore();
  const service = new InferenceService({
    ...{ redis, reader, queue, threads, stamp, clock, logger, onRefused: refused.resolve },
    ...(batch === undefined ? {} : { batch }),
    ...(died === undefined ? {} : { died }),
    onUnderWay: sayUnderWay,
    id: `${hostname()}-${randomBytes(4).toString('hex')}`,
  });
  const status = await startStatusServer({
    ...{ host: options.statusHost, port: options.statusPort, metrics: inferenceMetrics(service) },
    reasons: () => reasonsOf(service, redis.status === 'ready'),
  });
  service.start();
  watch(() => service.oldestMs > hungMs);
  const { provider: computesOn } = service.status();
  logger.info(
    { statusPort: status.port, threads, provider: computesOn },
    'inference waits for the active hub',
  );
  const stop = async () => {
    await service.stop();
    await status.close();
  };
  const problem = await Promise.race([untilStopped(logger, stop), refused.promise]);
  if (problem === undefined) return;
  await stop();
  throw problem;
}

function reasonsOf(service: InferenceService, connected: boolean) {
  return [
    ...(connected ? [] : [{ code: 'redis-unreachable', detail: 'Redis does not answer.' }]),
    ...(service.welcome ? [] : [{ code: 'no-hub', detail: 'No active hub has said its models.' }]),
  ];
}
