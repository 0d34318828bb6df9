import { randomBytes } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { startInferenceWorkers } from '@maskwatch/inference/in-process-queue';
import { stampOf } from '@maskwatch/inference/worker-registry';
import { InferenceService } from '@maskwatch/inference-worker/service';
import { systemClock } from '@maskwatch/platform/clock';
import { loadConfig } from '@maskwatch/platform/config/load-config';
import { createLogger, type Logger } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';
import { openRedis, redisReady, requireRedis } from '@maskwatch/platform/redis';
import { startStatusServer } from '@maskwatch/platform/status-server';
import { batchSizes } from '@maskwatch/runtime/detector';
import { loadPair } from '@maskwatch/runtime/model-pair';
import { type RequestedProvider, requestedProviders } from '@maskwatch/runtime/provider';
import { Command, Option } from 'commander';
import { configOption, redisOption, statusOptions } from '../scaled/engine-options.ts';
import { engineThere } from '../scaled/engine-there.ts';
import { inferenceMetrics } from '../scaled/inference-metrics.ts';
import { deathBefore, sayUnderWay, supervised, type Watch } from '../scaled/supervise.ts';
import { version } from '../version.ts';
import { untilStopped } from './until-stopped.ts';

/** A run takes some 50 ms. */
const hungMs = 10_000;

interface InferenceOptions {
  config: string;
  redis: string;
  provider: RequestedProvider;
  threads: number;
  batch?: number;
  statusHost: string;
  statusPort: number;
}

export function inferenceCommand(): Command {
  const command = new Command('inference')
    .description('find faces and judge masks for all ingests, one of any number of workers')
    .addOption(configOption())
    .addOption(redisOption())
    .addOption(
      new Option('--provider <name>', 'where networks compute')
        .choices(requestedProviders)
        .default('cpu'),
    )
    .addOption(
      new Option('--threads <n>', 'threads, each with the models; one a core')
        .default(availableParallelism(), 'one a core')
        .argParser(threadCount),
    )
    .addOption(
      new Option(
        '--batch <n>',
        'most pictures of one run: 1, 4, 8, 16; 1 on a CPU, 8 on a GPU',
      ).argParser(batchSize),
    );
  for (const option of statusOptions()) command.addOption(option);
  const logger = createLogger({ service: 'inference' });
  return command.action((options: InferenceOptions) =>
    supervised(logger, (watch) => inference(options, { watch, logger })),
  );
}

async function inference(
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

function threadCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 256) return count;
  throw new Problem('threads-invalid', `"${text}" is no number of threads.`, {
    action: 'Whole numbers from 1 to 256.',
    status: 400,
  });
}

function batchSize(text: string): number {
  const size = batchSizes.find((one) => String(one) === text);
  if (size !== undefined) return size;
  throw new Problem('batch-invalid', `"${text}" is no size of a batch.`, {
    action: `One of ${batchSizes.join(', ')}.`,
    status: 400,
  });
}
