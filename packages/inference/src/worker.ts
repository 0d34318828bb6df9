// The thread that computes: nothing but run, decode and suppression may happen on it, for every
// other millisecond is one in which a frame waits. It dies only when asked to between two runs.
import { parentPort, workerData } from 'node:worker_threads';
import { openClassifier } from '@maskwatch/runtime/classifier';
import { openDetector } from '@maskwatch/runtime/detector';
import { checkAllGolden } from '@maskwatch/runtime/golden-check';
import { type OpenModels, runBatch } from './batch-run.ts';
import {
  recordOf,
  type WorkerReply,
  type WorkerRequest,
  type WorkerSetup,
} from './worker-messages.ts';

const port = parentPort!;
const reply = (message: WorkerReply) => port.postMessage(message);

async function open({ detector, classifier, golden, provider }: WorkerSetup): Promise<OpenModels> {
  let opened: OpenModels | undefined;
  const options = {
    ...(provider === undefined ? {} : { provider }),
    onFallback: () => opened && tell(opened),
  };
  const models: OpenModels = { detector: await openDetector(detector, options) };
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
function tell({ detector, classifier }: OpenModels): void {
  const told = classifier?.fallback !== undefined && !detector.fallback ? classifier : detector;
  const { provider, fallback } = told;
  reply({ kind: 'computes', on: { provider, fallback } });
}

async function answer(models: OpenModels, message: WorkerRequest): Promise<void> {
  switch (message.kind) {
    case 'detect':
    case 'classify': {
      const [outcome] = await runBatch(models, [message]);
      return reply(outcome!);
    }
    case 'batch': {
      const started = performance.now();
      const outcomes = await runBatch(models, message.asked);
      return reply({ kind: 'outcomes', outcomes, ms: performance.now() - started });
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
