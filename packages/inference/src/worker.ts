// The thread that computes: nothing but run, decode and suppression may happen on it, for every
// other millisecond is one in which a frame waits. It dies only when asked to between two runs.
import { parentPort, workerData } from 'node:worker_threads';
import { type Classifier, openClassifier } from '@maskwatch/runtime/classifier';
import { type Detector, openDetector } from '@maskwatch/runtime/detector';
import { checkGolden } from '@maskwatch/runtime/golden-check';
import { detectionsOf } from '@maskwatch/vision/detections';
import type { DetectorRequest } from './inference-queue.ts';
import {
  recordOf,
  type WorkerReply,
  type WorkerRequest,
  type WorkerSetup,
} from './worker-messages.ts';

const port = parentPort!;
const reply = (message: WorkerReply) => port.postMessage(message);

interface Models {
  detector: Detector;
  classifier: Classifier;
}

async function open({ detector, classifier, golden }: WorkerSetup): Promise<Models> {
  const models = {
    detector: await openDetector(detector),
    classifier: await openClassifier(classifier),
  };
  if (golden) {
    await checkGolden(models.detector.model, models.detector.session);
    await checkGolden(models.classifier.model, models.classifier.session);
  }
  return models;
}

async function detect({ model, run }: Detector, request: DetectorRequest) {
  const maps = await run(request);
  return detectionsOf(maps, {
    heads: model.heads,
    iou: model.thresholds.iou,
    minConfidence: request.minConfidence,
    geometry: {
      scale: request.scale,
      pictureWidth: request.pictureWidth ?? request.width * request.scale,
      pictureHeight: request.pictureHeight ?? request.height * request.scale,
    },
  });
}

async function answer(models: Models, message: WorkerRequest): Promise<void> {
  const started = performance.now();
  switch (message.kind) {
    case 'detect': {
      const detections = await detect(models.detector, message.request);
      return reply({ kind: 'detections', detections, ms: performance.now() - started });
    }
    case 'classify': {
      const probabilities = await models.classifier.run(message.request);
      return reply({ kind: 'probabilities', probabilities, ms: performance.now() - started });
    }
    case 'stop':
      // Closed first: whatever releasing says, the thread must end.
      port.close();
      await models.detector.session.release();
      await models.classifier.session.release();
  }
}

try {
  const models = await open(workerData as WorkerSetup);
  port.on('message', (message: WorkerRequest) => {
    answer(models, message).catch((thrown: unknown) => {
      reply({ kind: 'problem', problem: recordOf(thrown) });
    });
  });
  reply({ kind: 'ready' });
} catch (thrown) {
  reply({ kind: 'problem', problem: recordOf(thrown) });
}
