/**
 * The vision process of one machine: ingest on this thread, inference on workers. It holds one
 * socket, to the hub that started it, and ends when that closes. A native fault of a model or a
 * decoder ends it, and the hub starts it again.
 */
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { LocalIngestBus } from '@maskwatch/bus/local-ingest-bus';
import type { HubMessage } from '@maskwatch/contracts/bus';
import { startInferenceWorkers } from '@maskwatch/inference/in-process-queue';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import { IngestService } from '@maskwatch/ingest/ingest-service';
import { findDecoder } from '@maskwatch/ingest/source/decoder';
import { systemClock } from '@maskwatch/platform/clock';
import { createLogger } from '@maskwatch/platform/logger';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { loadClassifier, loadDetector } from '@maskwatch/runtime/registry';

/** Where the hub puts its socket pair. */
export const busDescriptor = 3;

export const demoFilm = fileURLToPath(new URL('../../../ingest/assets/demo.mp4', import.meta.url));

const logger = createLogger({ service: 'vision' });
const bus = new LocalIngestBus(new Socket({ fd: busDescriptor }));
// The hub is gone: nobody is left to tell. Runs under way must not keep the cameras open.
bus.onClosed(() => process.kill(process.pid, 'SIGKILL'));
// The terminal's Ctrl-C reaches the whole group; the hub decides when this process stops.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

async function run(): Promise<void> {
  const configured = Promise.withResolvers<HubMessage & { kind: 'configure' }>();
  const started = Promise.withResolvers<{ service: IngestService; inference: InferenceQueue }>();
  bus.onMessage((message) => {
    if (message.kind === 'configure') configured.resolve(message);
    if (message.kind === 'watched') {
      void started.promise.then(({ service }) => service.watch(message.cameraIds));
    }
    if (message.kind === 'stop') void started.promise.then(stop);
  });
  const { models, cameras, evidenceStates } = await configured.promise;
  const [inference, decoder, detector, classifier] = await Promise.all([
    startInferenceWorkers({ ...models, logger }),
    findDecoder(),
    loadDetector(models.detector),
    loadClassifier(models.classifier),
  ]);
  const service = new IngestService({
    ...{ cameras, evidenceStates, inference, decoder, demoFilm, bus, logger },
    models: { detector: detector.model, classifier: classifier.model },
    clock: systemClock,
  });
  service.start();
  started.resolve({ service, inference });
  logger.info({ cameras: cameras.length }, 'vision process watches its cameras');
}

async function stop({ service, inference }: { service: IngestService; inference: InferenceQueue }) {
  await service.stop();
  await inference.close();
  await bus.close();
}

await run().catch(async (thrown: unknown) => {
  logger.fatal({ err: thrown }, 'vision process cannot run');
  const { code, action } = thrown instanceof Problem ? thrown : { code: 'vision-failed' };
  const message = messageOf(thrown);
  bus.send({ kind: 'fault', code, message, ...(action === undefined ? {} : { action }) });
  await bus.close();
});
