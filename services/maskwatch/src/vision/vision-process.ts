/**
 * The vision process of one machine. It holds one socket, to the hub that started it, and ends when
 * that closes. A native fault of a model or a decoder ends it, and the hub starts it again.
 */
import { Socket } from 'node:net';
import { LocalIngestBus } from '@maskwatch/bus/local-ingest-bus';
import { startInferenceWorkers } from '@maskwatch/inference/in-process-queue';
import { createLogger } from '@maskwatch/platform/logger';
import { runVision } from './run-vision.ts';

/** Where the hub puts its socket pair. */
const busDescriptor = 3;

const logger = createLogger({ service: 'vision' });
const bus = new LocalIngestBus(new Socket({ fd: busDescriptor }));
// The hub is gone: nobody is left to tell. Runs under way must not keep the cameras open.
bus.onClosed(() => process.kill(process.pid, 'SIGKILL'));
// The terminal's Ctrl-C reaches the whole group; the hub decides when this process stops.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

await runVision({
  bus,
  logger,
  startInference: (models) => startInferenceWorkers({ ...models, logger }),
});
