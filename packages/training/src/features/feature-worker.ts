// A thread that decodes, cuts, augments and runs the lower part of a network. It ends only when asked
// to between two requests: the process would abort if it ended during a run.
import { parentPort, workerData } from 'node:worker_threads';
import type { FeaturesModel } from '@maskwatch/contracts/model';
import type { LoadedModel } from '@maskwatch/runtime/registry';
import { openSession, outputOf, type PictureSession } from '@maskwatch/runtime/session';
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

interface Network {
  loaded: LoadedModel<FeaturesModel>;
  session: PictureSession;
}

/** Float32 [count, channels]. One view a run: a batch is no faster on a CPU. */
async function featuresOf(
  network: Network,
  views: Uint8Array,
  plan: ViewPlan,
): Promise<Float32Array> {
  const { size, count } = plan;
  const { model } = network.loaded;
  const each = 3 * size * size;
  const features = new Float32Array(count * model.channels);
  for (let n = 0; n < count; n += 1) {
    const planes = views.subarray(n * each, (n + 1) * each);
    const batch = { planes, count: 1, width: size, height: size, colour: 'rgb' as const };
    const outputs = await network.session.run(batch);
    features.set(outputOf(outputs, model.output, model).data, n * model.channels);
  }
  return features;
}

async function answer(network: Network | undefined, message: WorkerRequest): Promise<void> {
  if (message.kind === 'stop') {
    // Closed first: whatever releasing says, the thread must end.
    port.close();
    await network?.session.release();
    return;
  }
  const { bytes, plan } = message;
  const views = await cutViews(bytes, plan);
  if (message.kind === 'features') {
    if (network === undefined) throw new Error('this pool has no model');
    return reply({ kind: 'features', values: await featuresOf(network, views, plan) });
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
  const network = model && { loaded: model, session: await openSession(model) };
  port.on('message', (message: WorkerRequest) => {
    answer(network, message).catch((thrown: unknown) => {
      reply({ kind: 'problem', problem: recordOf(thrown) });
    });
  });
  reply({ kind: 'ready' });
} catch (thrown) {
  reply({ kind: 'problem', problem: recordOf(thrown) });
}
