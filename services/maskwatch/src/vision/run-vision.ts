/**
 * What a vision process does: ingest on this thread, inference on workers. It has one connection,
 * to the hub that started it, and is told there what to own.
 */
import type { IngestBus } from '@maskwatch/bus/bus';
import type { HubMessage } from '@maskwatch/contracts/bus';
import type { Config } from '@maskwatch/contracts/config';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import type { IngestService } from '@maskwatch/ingest/ingest-service';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { loadPair, modelsOf } from '@maskwatch/runtime/model-pair';
import { openIngest } from './open-ingest.ts';

export interface VisionOptions {
  bus: IngestBus;
  logger: Logger;
  startInference(models: Config['models']): Promise<InferenceQueue>;
}

/** Answers when the cameras are watched, or when the hub was told why they cannot be. */
export async function runVision(options: VisionOptions): Promise<void> {
  const { bus, logger } = options;
  await watchCameras(options).catch(async (thrown: unknown) => {
    logger.fatal({ err: thrown }, 'vision process cannot run');
    const { code, action } = thrown instanceof Problem ? thrown : { code: 'vision-failed' };
    const message = messageOf(thrown);
    bus.send({ kind: 'fault', code, message, ...(action === undefined ? {} : { action }) });
    await bus.close();
  });
}

interface Running {
  service: IngestService;
  inference: InferenceQueue;
}

async function watchCameras({ bus, logger, startInference }: VisionOptions): Promise<void> {
  const configured = Promise.withResolvers<HubMessage & { kind: 'configure' }>();
  const started = Promise.withResolvers<Running>();
  bus.onMessage((message) => {
    if (message.kind === 'configure') configured.resolve(message);
    if (message.kind === 'watched') {
      void started.promise.then(({ service }) => service.watch(message.cameraIds));
    }
    if (message.kind === 'stop') void started.promise.then((running) => stop(running, bus));
  });
  const { models, cameras, evidenceStates } = await configured.promise;
  const [inference, pair] = await Promise.all([startInference(models), loadPair(models)]);
  const ingest = { evidenceStates, inference, bus, logger, models: modelsOf(pair) };
  const service = await openIngest(ingest);
  await service.own(cameras.map((camera) => ({ camera, epoch: 0 })));
  service.start();
  started.resolve({ service, inference });
  logger.info({ cameras: cameras.length }, 'vision process watches its cameras');
}

async function stop({ service, inference }: Running, bus: IngestBus): Promise<void> {
  await service.stop();
  await inference.close();
  await bus.close();
}
