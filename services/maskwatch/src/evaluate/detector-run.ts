import { type DetectorModel, type Judging, judgingOf } from '@maskwatch/contracts/model';
import { startInferenceWorkers } from '@maskwatch/inference/in-process-queue';
import { silentLogger } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';
import { loadPair, modelsOf } from '@maskwatch/runtime/model-pair';
import type { DataSet } from '@maskwatch/training/dataset/dataset';
import type { PicturePrediction } from '@maskwatch/training/evaluation/prediction';
import { PictureJudge } from '../detect/picture-judge.ts';
import type { ModelNames } from './chosen-models.ts';
import { faceFinder } from './find-faces.ts';
import { overPictures, type Skipped } from './over-pictures.ts';

/** Candidates below this are not even kept for the curve of precision over recall. */
const leastConfidence = 0.01;

export interface DetectorRunOptions {
  names: ModelNames;
  set: DataSet;
  /** Also judge the faces, as `pipeline` asks. */
  judged: boolean;
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
}

export interface DetectorRun {
  /** What was asked: a detector that judges by itself has no classifier beside it. */
  models: { detector: string; classifier?: string };
  detector: DetectorModel;
  /** Of the classifier, or of a detector that judges by itself; no states where nothing judges. */
  judging: Judging;
  predictions: PicturePrediction[];
  skipped: Skipped[];
}

/**
 * Finds the faces of every labelled picture, its longest side brought to exactly the detector's
 * input. Problem data-without-boxes where no picture says where its faces are.
 */
export async function runDetector({
  names,
  set,
  judged,
  stderr,
}: DetectorRunOptions): Promise<DetectorRun> {
  const pictures = set.pictures.filter(({ faces }) => faces !== undefined);
  if (pictures.length === 0) throw withoutBoxes();
  const models = modelsOf(await loadPair(names));
  const { detector } = models;
  const queue = await startInferenceWorkers({ ...names, logger: silentLogger });
  try {
    const judge = new PictureJudge({
      ...{ queue, ...models },
      ...{ minConfidence: leastConfidence, inputSize: detector.input.size },
    });
    const find = faceFinder(queue, detector);
    const { answers, skipped } = await overPictures({
      ...{ pictures, stderr },
      work: async ({ file, source, faces = [], partial }, decoded): Promise<PicturePrediction> => ({
        ...{ file, source, faces, width: decoded.width, height: decoded.height },
        ...(partial === true && { partial }),
        detections: judged
          ? await judge.judge(decoded)
          : await find(decoded, { minConfidence: leastConfidence }),
      }),
    });
    const judging = judgingOf(judged ? models : { detector });
    const asked = judged && models.classifier !== undefined ? names : { detector: names.detector };
    return { models: asked, detector, judging, predictions: answers, skipped };
  } finally {
    await queue.close();
  }
}

function withoutBoxes(): Problem {
  return new Problem('data-without-boxes', 'No picture of DATA says where its faces are.', {
    action:
      'A detector is evaluated on VOC XML, YOLO text, COCO JSON or a shard with faces; a folder per class is for "evaluate classifier".',
    status: 400,
  });
}
