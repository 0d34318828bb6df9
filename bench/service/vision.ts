/**
 * The vision process with instruments: every request to the inference queue and every observation
 * is written down. With MASKWATCH_BENCH_RUN_MS its one worker is slowed down.
 */
import { createWriteStream } from 'node:fs';
import { Socket } from 'node:net';
import type { IngestBus } from '@maskwatch/bus/bus';
import { LocalIngestBus } from '@maskwatch/bus/local-ingest-bus';
import { startInferenceWorkers, startQueue } from '@maskwatch/inference/in-process-queue';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import { systemClock } from '@maskwatch/platform/clock';
import { createLogger } from '@maskwatch/platform/logger';
import { loadPair } from '@maskwatch/runtime/model-pair';
import { runVision } from 'maskwatch/vision/run-vision';
import type { VisionRecord } from './records.ts';

const { MASKWATCH_BENCH_RECORDS: path, MASKWATCH_BENCH_RUN_MS: slow } = process.env;
const records = createWriteStream(path!);
const write = (record: VisionRecord) => records.write(`${JSON.stringify(record)}\n`);

function observed(bus: IngestBus): IngestBus {
  return {
    send(message, bytes) {
      bus.send(message, bytes);
      if (message.kind !== 'observation') return;
      const { cameraId, sequence, capturedAt, tracks } = message.observation;
      const sentAt = systemClock.now();
      const faces = tracks.length;
      write({ kind: 'observation', cameraId, sequence, capturedAt, sentAt, faces });
    },
    onMessage: (listener) => bus.onMessage(listener),
    onClosed: (listener) => bus.onClosed(listener),
    close: () => bus.close(),
    get dropped() {
      return bus.dropped;
    },
  };
}

function timed(queue: InferenceQueue): InferenceQueue {
  return {
    async detect(request) {
      const askedAt = systemClock.now();
      const detections = await queue.detect(request);
      // Of this very run: no other answer is taken in before this line.
      const ms = queue.status().detectorMs!;
      const { cameraId } = request;
      write({ kind: 'detect', cameraId, count: 1, askedAt, answeredAt: systemClock.now(), ms });
      return detections;
    },
    async classify(request) {
      const askedAt = systemClock.now();
      const probabilities = await queue.classify(request);
      const ms = queue.status().classifierMs!;
      const { cameraId, count } = request;
      write({ kind: 'classify', cameraId, count, askedAt, answeredAt: systemClock.now(), ms });
      return probabilities;
    },
    status: () => queue.status(),
    close: () => queue.close(),
  };
}

const logger = createLogger({ service: 'vision', level: 'warn' });
const bus = new LocalIngestBus(new Socket({ fd: 3 }));
bus.onClosed(() => process.kill(process.pid, 'SIGKILL'));
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

await runVision({
  bus: observed(bus),
  logger,
  async startInference(models) {
    if (slow === undefined) return timed(await startInferenceWorkers({ ...models, logger }));
    const setup = { ...(await loadPair(models)), golden: false };
    const script = new URL('./slow-worker.ts', import.meta.url);
    return timed(await startQueue({ script, setups: [setup] }));
  },
});
