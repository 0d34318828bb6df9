import { faceSize } from '@maskwatch/contracts/box';
import type { ClassifierModel } from '@maskwatch/contracts/model';
import { startInferenceWorkers } from '@maskwatch/inference/in-process-queue';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import { silentLogger } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';
import { loadClassifier, loadDetector } from '@maskwatch/runtime/registry';
import type { DataPicture, DataSet } from '@maskwatch/training/dataset/dataset';
import { saidOf } from '@maskwatch/training/evaluation/classifier-figures';
import type { Prediction } from '@maskwatch/training/evaluation/prediction';
import { cropBytes, fillCrop } from '@maskwatch/vision/crops';
import type { Picture } from '@maskwatch/vision/picture';
import type { ModelNames } from './chosen-models.ts';
import { cropThumbnail } from './crop-thumbnail.ts';
import { cutLabelled, type LabelledCut } from './cut-labelled.ts';
import { faceFinder } from './find-faces.ts';
import { overPictures, type Skipped } from './over-pictures.ts';

/** Crops kept for the sheet, of right and of wrong answers each: it shows some hundred of them. */
const mostThumbnails = 2000;
/** Crops of one request; a crowd takes more requests, so memory does not grow with it. */
const cropsAtOnce = 32;

export interface ClassifierRunOptions {
  names: ModelNames;
  set: DataSet;
  /** Keep each crop as a small JPEG, for a sheet. */
  drawn: boolean;
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
}

export interface ClassifierRun {
  classifier: ClassifierModel;
  predictions: Prediction[];
  /** How many faces were cut by a label, by the detector, or are whole pictures. */
  cuts: Record<LabelledCut['from'], number>;
  skipped: Skipped[];
}

/** Judges every labelled face of the set. Problem data-without-labels where there is none. */
export async function runClassifier({
  names,
  set,
  drawn,
  stderr,
}: ClassifierRunOptions): Promise<ClassifierRun> {
  const pictures = set.pictures.filter(isLabelled);
  if (pictures.length === 0) throw withoutLabels();
  const [{ model: detector }, { model: classifier }] = await Promise.all([
    loadDetector(names.detector),
    loadClassifier(names.classifier),
  ]);
  const queue = await startInferenceWorkers({ ...names, logger: silentLogger });
  try {
    const find = faceFinder(queue, detector);
    const left = drawn ? { right: mostThumbnails, wrong: mostThumbnails } : undefined;
    const cuts = { label: 0, detector: 0, picture: 0 };
    const minConfidence = detector.thresholds.confidence;
    const { answers, skipped } = await overPictures({
      ...{ pictures, stderr },
      work: async (picture, decoded) => {
        const { crop } = classifier;
        const found = await cutLabelled(picture, decoded, { crop, find, minConfidence });
        for (const { from } of found) cuts[from] += 1;
        return judgeCuts(found, { picture, decoded, classifier, queue, left });
      },
    });
    return { classifier, predictions: answers.flat(), cuts, skipped };
  } finally {
    await queue.close();
  }
}

function isLabelled({ label, faces = [] }: DataPicture): boolean {
  return label !== undefined || faces.some((face) => face.label !== 'face' && !face.ignore);
}

interface JudgeOptions {
  picture: DataPicture;
  decoded: Picture;
  classifier: ClassifierModel;
  queue: InferenceQueue;
  /** How many thumbnails may still be kept; absent where no sheet is wanted. */
  left: { right: number; wrong: number } | undefined;
}

async function judgeCuts(
  cuts: readonly LabelledCut[],
  { picture, decoded, classifier, queue, left }: JudgeOptions,
): Promise<Prediction[]> {
  const { size } = classifier.input;
  const bytes = cropBytes({ size });
  const predictions: Prediction[] = [];
  for (let first = 0; first < cuts.length; first += cropsAtOnce) {
    const some = cuts.slice(first, first + cropsAtOnce);
    const crops = new Uint8Array(new SharedArrayBuffer(some.length * bytes));
    const cropOf = (n: number) => crops.subarray(n * bytes, (n + 1) * bytes);
    some.forEach(({ region }, n) => {
      fillCrop(decoded, region, { shape: 'box', side: 1, size, target: cropOf(n) });
    });
    const { colour } = decoded;
    const request = { cameraId: 'evaluate', crops, count: some.length, colour };
    const answers = await queue.classify(request);
    for (const [n, { label, box }] of some.entries()) {
      const prediction: Prediction = {
        ...{ file: picture.file, source: picture.source, label, probabilities: answers[n]! },
        size: faceSize(box),
      };
      const kind = saidOf(prediction) === label ? 'right' : 'wrong';
      if (left !== undefined && left[kind] > 0) {
        left[kind] -= 1;
        prediction.thumbnail = await cropThumbnail(cropOf(n), size);
      }
      predictions.push(prediction);
    }
  }
  return predictions;
}

function withoutLabels(): Problem {
  return new Problem('data-without-labels', 'No face of DATA is labelled with a mask state.', {
    action:
      'A classifier is evaluated on a folder per class, or on faces labelled mask, no_mask or incorrect; --names says what the classes mean.',
    status: 400,
  });
}
