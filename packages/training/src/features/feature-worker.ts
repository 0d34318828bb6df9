// A thread that decodes, cuts, augments and runs the lower part of a network. It ends only when asked
// to between two requests: the process would abort if it ended during a run.
import { parentPort, workerData } from 'node:worker_threads';
import { outputOf } from '@maskwatch/runtime/onnx-results';
import { openSession, type PictureSession } from '@maskwatch/runtime/session';
import sharp from 'sharp';
import { cutViews, type ViewPlan } from './cut-views.ts';
import { jpegOf } from './jpeg-round-trip.ts';
import {
  recordOf,
  type WorkerReply,
  type WorkerRequest,
  type WorkerSetup,
} from './worker-messages.ts';

const thumbnailQuality = 80;
const port = parentPort!;
const { model } = workerData as WorkerSetup;

/** Float32 [count, channels]. One view a run: a batch is no faster on a CPU. */
async function featuresOf(
  session: PictureSession,
  views: Uint8Array,
  { size, count }: ViewPlan,
): Promise<Float32Array> {
  const { channels, output } = model.model;
  const each = 3 * size * size;
  const features = new Float32Array(count * channels);
  for (let n = 0; n < count; n += 1) {
    const planes = views.subarray(n * each, (n + 1) * each);
    const batch = { planes, count: 1, width: size, height: size, colour: 'rgb' as const };
    const outputs = await session.run(batch);
    features.set(outputOf(outputs, output, model.model).data, n * channels);
  }
  return features;
}

async function answer(session: PictureSession, message: WorkerRequest): Promise<void> {
  if (message.kind === 'stop') {
    // Closed first: whatever releasing says, the thread must end.
    port.close();
    await session.release();
    return;
  }
  const { bytes, plan } = message;
  const views = await cutViews(bytes, plan);
  if (message.kind === 'features') {
    return reply({ kind: 'features', values: await featuresOf(session, views, plan) });
  }
  const jpeg = message.kind === 'thumbnail';
  reply({ kind: 'bytes', values: jpeg ? await jpegOf(views, plan.size, thumbnailQuality) : views });
}

function reply(message: WorkerReply): void {
  port.postMessage(message);
}

try {
  // There is one of these threads a core already.
  sharp.concurrency(1);
  const session = await openSession(model);
  port.on('message', (message: WorkerRequest) => {
    answer(session, message).catch((thrown: unknown) => {
      reply({ kind: 'problem', problem: recordOf(thrown) });
    });
  });
  reply({ kind: 'ready' });
} catch (thrown) {
  reply({ kind: 'problem', problem: recordOf(thrown) });
}
