import { startInferenceWorkers } from '@maskwatch/inference/in-process-queue';
import { silentLogger } from '@maskwatch/platform/logger';
import { loadClassifier, loadDetector } from '@maskwatch/runtime/registry';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import type { ModelNames, Subject } from './chosen-models.ts';

/** Runs that are timed; the first ones warm the caches and are not counted. */
const timed = 31;
const warm = 3;

/** What is timed: a detector on one picture, or a classifier on one face. */
export type TimedTask = Exclude<Subject, 'pipeline'>;

/**
 * Milliseconds of one run on one thread, nothing else at work: the middle of 31. A detector sees a
 * generated picture of 5 to 3 at its own size, a classifier one face.
 */
export async function medianMs(names: ModelNames, task: TimedTask): Promise<number> {
  const queue = await startInferenceWorkers({ ...names, workers: 1, logger: silentLogger });
  try {
    const run = task === 'detector' ? await detectorInput(names) : await classifierInput(names);
    const times: number[] = [];
    for (let n = 0; n < warm + timed; n += 1) {
      if ('planes' in run) await queue.detect(run);
      else await queue.classify(run);
      const { detectorMs, classifierMs } = queue.status();
      if (n >= warm) times.push((task === 'detector' ? detectorMs : classifierMs)!);
    }
    return times.sort((a, b) => a - b)[Math.floor(timed / 2)]!;
  } finally {
    await queue.close();
  }
}

async function detectorInput({ detector }: ModelNames) {
  const { input, thresholds } = (await loadDetector(detector)).model;
  const { multiple, size: width, square } = input;
  const height = square ? width : Math.ceil((0.6 * width) / multiple) * multiple;
  const planes = shared(goldenPattern(width, height));
  const minConfidence = thresholds.confidence;
  return {
    cameraId: 'timing',
    planes,
    width,
    height,
    colour: 'rgb',
    scale: 1,
    minConfidence,
  } as const;
}

async function classifierInput({ classifier }: ModelNames) {
  const { size } = (await loadClassifier(classifier)).model.input;
  const crops = shared(goldenPattern(size, size));
  return { cameraId: 'timing', crops, count: 1, colour: 'rgb' } as const;
}

function shared(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
