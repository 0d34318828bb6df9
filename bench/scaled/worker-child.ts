/** A worker of the bench: BullMQ with the shipped models, or either queue without any computing. */
import { type BatchQueue, startQueue } from '@maskwatch/inference/in-process-queue';
import { answer, decodeRequest, frameKey } from '@maskwatch/inference/redis-words';
import { stampOf } from '@maskwatch/inference/worker-registry';
import { InferenceService } from '@maskwatch/inference-worker/service';
import { systemClock } from '@maskwatch/platform/clock';
import { createLogger } from '@maskwatch/platform/logger';
import { openRedis, redisReady } from '@maskwatch/platform/redis';
import { startStatusServer } from '@maskwatch/platform/status-server';
import { Worker } from 'bullmq';
import { version } from 'maskwatch/version';
import { Registry } from 'prom-client';
import { loadShipped } from '../measure/bare-sessions.ts';
import { type BullJob, bullQueueName } from './bull-queue.ts';

/** As the service has it: one under way, one that waits. */
const concurrency = 2;

const [kind, url = '', port] = process.argv.slice(2);
const logger = createLogger({ service: 'bench', level: 'warn' });
const redis = openRedis({ url, logger, name: 'bench' });
const reader = openRedis({ url, logger, name: 'bench takes', reader: true });
await redisReady(redis);
await redisReady(reader);
const reasons: { code: string; detail: string }[] = [];
await startStatusServer({
  ...{ host: '127.0.0.1', port: Number(port), metrics: new Registry() },
  reasons: () => reasons,
});

if (kind === 'echo') echo();
else await bull(kind === 'bullmq' ? await models() : noFace());

function noFace(): BatchQueue {
  return {
    judgeAll: async (asked) => asked.map(() => ({ kind: 'detections', detections: [], ms: 0 })),
    detect: async () => [],
    classify: async () => [],
    status: () => ({ workers: [], queued: 0, refused: 0, failed: 0 }),
    close: async () => {},
  };
}

async function models(): Promise<BatchQueue> {
  const script = new URL(import.meta.resolve('@maskwatch/inference/worker'));
  return startQueue({ script, setups: [{ ...(await loadShipped()), golden: false }] });
}

async function echo(): Promise<void> {
  const service = new InferenceService({
    ...{ redis, reader, queue: noFace(), threads: 1, clock: systemClock, logger, id: url },
    stamp: stampOf(await loadShipped(), version),
    onRefused: (problem) => logger.error(problem.message),
  });
  service.start();
}

async function bull(queue: BatchQueue): Promise<void> {
  const worker = new Worker<BullJob>(
    bullQueueName,
    async ({ data: { cameraId } }) => {
      const value = await redis.getdelBuffer(frameKey(cameraId));
      const taken = value === null ? undefined : await decodeRequest(value);
      if (taken?.kind !== 'detect') return;
      const detections = await queue.detect(taken.request);
      const ms = queue.status().detectorMs ?? 0;
      const reply = { kind: 'detections', detections, ms } as const;
      await answer(redis, taken.owner, { id: taken.id, worker: 'bull', reply });
    },
    { connection: { host: redis.options.host!, port: redis.options.port! }, concurrency },
  );
  await worker.waitUntilReady();
}
