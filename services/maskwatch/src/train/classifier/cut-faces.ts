import { availableParallelism } from 'node:os';
import { faceSize } from '@maskwatch/contracts/box';
import { startInferenceWorkers } from '@maskwatch/inference/in-process-queue';
import { silentLogger } from '@maskwatch/platform/logger';
import { messageOf } from '@maskwatch/platform/problem';
import { loadDetector, modelsFolder } from '@maskwatch/runtime/registry';
import type { DataPicture } from '@maskwatch/training/dataset/dataset';
import { type DecodedPicture, readPicture } from '@maskwatch/training/dataset/decode-picture';
import { type Fingerprint, fingerprintOf } from '@maskwatch/training/dataset/fingerprint';
import type { FaceCut } from '@maskwatch/training/features/face-cut';
import type { CropShape } from '@maskwatch/vision/crops';
import { rgbPicture } from '@maskwatch/vision/picture';
import { inOrder } from '../../detect/in-order.ts';
import { cutLabelled } from '../../evaluate/cut-labelled.ts';
import { type FindFaces, faceFinder } from '../../evaluate/find-faces.ts';
import { interrupted } from './collect-features.ts';

/** The shipped ones, wherever models are: what they find is what the service will find. */
const names = { detector: 'face-yolov4-mobilenetv2', classifier: 'mask-mobilenetv2' };
/** Labelled boxes below it, in pixels, are left out: the service judges from 32 on. */
export const smallestLabelled = 24;

/** A picture that was read, with its labelled faces. */
export interface CutPicture {
  picture: DataPicture;
  print: Fingerprint;
  cuts: Omit<FaceCut, 'group'>[];
  /** Labelled boxes that are smaller than is learned from. */
  tooSmall: number;
}

export interface CutPictures {
  pictures: CutPicture[];
  skipped: { file: string; reason: string }[];
}

/**
 * Cuts every labelled face as the service and `evaluate` do; broken pictures are listed. Problem
 * training-interrupted.
 */
export async function cutFaces(
  pictures: readonly DataPicture[],
  { crop, signal, onDone }: { crop: CropShape; signal: AbortSignal; onDone(done: number): void },
): Promise<CutPictures> {
  const { model: detector } = await loadDetector(names.detector, modelsFolder({}));
  const queue = await startInferenceWorkers({ ...names, logger: silentLogger });
  const options = {
    ...{ crop, minConfidence: detector.thresholds.confidence },
    find: faceFinder(queue, detector),
  };
  const result: CutPictures = { pictures: [], skipped: [] };
  try {
    const all = inOrder(pictures, 2 * availableParallelism(), (picture) => {
      if (signal.aborted) throw interrupted();
      return cutPicture(picture, options);
    });
    let done = 0;
    for await (const one of all) {
      if ('print' in one) result.pictures.push(one);
      else result.skipped.push(one);
      done += 1;
      onDone(done);
    }
    return result;
  } finally {
    await queue.close();
  }
}

async function cutPicture(
  picture: DataPicture,
  options: { crop: CropShape; find: FindFaces; minConfidence: number },
): Promise<CutPicture | { file: string; reason: string }> {
  const read = await readWhole(picture);
  if (!('bytes' in read)) return read;
  const { data, width, height } = read.decoded;
  const found = await cutLabelled(picture, rgbPicture(data, width, height), options);
  const cuts = found
    .filter(({ from, box }) => from !== 'label' || faceSize(box) >= smallestLabelled)
    .map((cut) => ({ ...cut, picture }));
  const print = fingerprintOf(read.bytes, read.decoded);
  return { picture, print, cuts, tooSmall: found.length - cuts.length };
}

/** What is wrong with a picture is told and left out; what fails later is no fault of the picture. */
async function readWhole(
  picture: DataPicture,
): Promise<{ bytes: Uint8Array; decoded: DecodedPicture } | { file: string; reason: string }> {
  try {
    const bytes = await picture.bytes();
    return { bytes, decoded: await readPicture(bytes) };
  } catch (thrown) {
    return { file: picture.file, reason: messageOf(thrown) };
  }
}
