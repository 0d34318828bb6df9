// The thread that computes: nothing but run, decode and suppression may happen on it, for every
// other millisecond is one in which a frame waits. It dies only when asked to between two runs.
import { parentPort, workerData } from 'node:worker_threads';
import { Problem } from '@maskwatch/platform/problem';
import { type Classifier, openClassifier } from '@maskwatch/runtime/classifier';
import { type Detector, openDetector } from '@maskwatch/runtime/detector';
import { checkAllGolden } from '@maskwatch/runtime/golden-check';
import type { ClassifierRequest, DetectorRequest } from './inference-queue.ts';
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
  classifier?: Classifier;
}

async function open({ detector, classifier, golden, provider }: WorkerSetup): Promise<Models> {
  let opened: Models | undefined;
  const options = {
    ...(provider === undefined ? {} : { provider }),
    onFallback: () => opened && tell(opened),
  };
  const models: Models = { detector: await openDetector(detector, options) };
  if (classifier !== undefined) models.classifier = await openClassifier(classifier, options);
  opened = models;
  tell(models);
  if (golden) {
    await checkAllGolden(models.detector.networks);
    await checkAllGolden(models.classifier?.networks ?? []);
  }
  return models;
}

/** What fell back is told before what did not. */
function tell({ detector, classifier }: Models): void {
  const told = classifier?.fallback !== undefined && !detector.fallback ? classifier : detector;
  const { provider, fallback } = told;
  reply({ kind: 'computes', on: { provider, fallback } });
}

function detect(detector: Detector, request: DetectorRequest) {
  const { width, height, scale } = request;
  const whole = { pictureWidth: width * scale, pictureHeight: height * scale };
  return detector.detect({ ...whole, ...request });
}

function classify({ detector, classifier }: Models, request: ClassifierRequest) {
  if (classifier !== undefined) return classifier.run(request);
  throw new Problem('inference-input', `${detector.model.name} judges by itself: no crops.`);
}

async function answer(models: Models, message: WorkerRequest): Promise<void> {
  const started = performance.now();
  switch (message.kind) {
    case 'detect': {
      const detections = await detect(models.detector, message.request);
      return reply({ kind: 'detections', detections, ms: performance.now() - started });
    }
    case 'classify': {
      const probabilities = await classify(models, message.request);
      return reply({ kind: 'probabilities', probabilities, ms: performance.now() - started });
    }
    case 'stop':
      // Closed first: whatever releasing says, the thread must end.
      port.close();
      await models.detector.release();
      await models.classifier?.release();
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
