/** Several requests in few runs. Where one of them cannot be run, it costs only itself. */
import { Problem } from '@maskwatch/platform/problem';
import type { Classifier } from '@maskwatch/runtime/classifier';
import type { Detector } from '@maskwatch/runtime/detector';
import type { ClassifierRequest, DetectorRequest } from './inference-queue.ts';
import { type Asked, type Outcome, recordOf } from './worker-messages.ts';

export interface OpenModels {
  detector: Detector;
  /** Absent where the detector judges by itself. */
  classifier?: Classifier;
}

/** Outcomes in order; never rejects. `ms` of each is the time of the runs that it shared. */
export async function runBatch(models: OpenModels, asked: readonly Asked[]): Promise<Outcome[]> {
  const [first] = asked;
  const alike = asked.every(({ kind }) => kind === first?.kind);
  if (asked.length > 1 && alike) {
    const outcomes = await together(models, asked).catch(() => undefined);
    if (outcomes !== undefined) return outcomes;
  }
  const outcomes: Outcome[] = [];
  for (const one of asked) {
    const [outcome] = await together(models, [one]).catch((thrown): Outcome[] => [
      { kind: 'problem', problem: recordOf(thrown) },
    ]);
    outcomes.push(outcome!);
  }
  return outcomes;
}

/** Requests of one kind; rejects with the Problem of any of them. */
async function together(models: OpenModels, asked: readonly Asked[]): Promise<Outcome[]> {
  const started = performance.now();
  const pictures = asked.flatMap((one) => (one.kind === 'detect' ? one.request : []));
  if (pictures.length > 0) {
    const found = await models.detector.detectAll(pictures.map(lookOf));
    const ms = performance.now() - started;
    return found.map((detections) => ({ kind: 'detections', detections, ms }));
  }
  const faces = asked.flatMap((one) => (one.kind === 'classify' ? one.request : []));
  const judged = await classifyAll(models, faces);
  const ms = performance.now() - started;
  return judged.map((probabilities) => ({ kind: 'probabilities', probabilities, ms }));
}

function lookOf(request: DetectorRequest) {
  const { width, height, scale } = request;
  return { pictureWidth: width * scale, pictureHeight: height * scale, ...request };
}

/** Crops of all requests of one colour in one call, so that a GPU gets its eights full. */
async function classifyAll(
  { classifier, detector }: OpenModels,
  requests: readonly ClassifierRequest[],
) {
  if (classifier === undefined) {
    throw new Problem('inference-input', `${detector.model.name} judges by itself: no crops.`);
  }
  const size = 3 * classifier.model.input.size ** 2;
  const probabilities: Awaited<ReturnType<Classifier['run']>>[] = [];
  const placed = requests.map((request, at) => ({ request, at }));
  for (const [colour, alike] of Map.groupBy(placed, ({ request }) => request.colour)) {
    const parts = alike.map(({ request }) => cropsOf(request, size));
    const count = alike.reduce((sum, { request }) => sum + request.count, 0);
    const crops = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    const all = await classifier.run({ crops, count, colour });
    let from = 0;
    for (const { request, at } of alike) {
      probabilities[at] = all.slice(from, from + request.count);
      from += request.count;
    }
  }
  return probabilities;
}

/** Exactly its own, so that nobody is judged by the crops of another. */
function cropsOf({ crops, count }: ClassifierRequest, bytes: number): Uint8Array {
  if (crops.length >= count * bytes) return crops.subarray(0, count * bytes);
  throw new Problem(
    'inference-input',
    `${count} crops take ${count * bytes} bytes, not ${crops.length}.`,
  );
}
