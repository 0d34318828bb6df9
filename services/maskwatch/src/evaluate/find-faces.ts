import type { Detection } from '@maskwatch/contracts/detection';
import type { DetectorModel } from '@maskwatch/contracts/model';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import { detectorBytes, detectorGeometry, fillDetectorInput } from '@maskwatch/vision/letterbox';
import type { Picture } from '@maskwatch/vision/picture';

export interface FindOptions {
  minConfidence: number;
  /** Longest side that the detector sees, exactly; its own where absent. */
  size?: number;
}

/** Faces of a picture, in its pixels, most confident first. */
export type FindFaces = (picture: Picture, options: FindOptions) => Promise<Detection[]>;

/** Hands pictures to the detector of a queue, without judging the faces; several at once. */
export function faceFinder(
  queue: InferenceQueue,
  { input }: Pick<DetectorModel, 'input'>,
): FindFaces {
  return async (picture, { minConfidence, size = input.size }) => {
    const geometry = detectorGeometry(picture.width, picture.height, {
      ...input,
      size: input.square ? input.size : size,
      upscale: 'exact',
    });
    const planes = new Uint8Array(new SharedArrayBuffer(detectorBytes(geometry)));
    fillDetectorInput(picture, geometry, planes);
    const { colour } = picture;
    return queue.detect({ cameraId: 'evaluate', planes, colour, minConfidence, ...geometry });
  };
}
