import { type Box, faceSize } from '@maskwatch/contracts/box';
import { JudgedState } from '@maskwatch/contracts/mask-state';
import type { DataPicture } from '@maskwatch/training/dataset/dataset';
import { type FaceCut, pictureRegion } from '@maskwatch/training/features/face-cut';
import { type CropShape, cropRegion } from '@maskwatch/vision/crops';
import type { Picture } from '@maskwatch/vision/picture';
import type { FindFaces } from './find-faces.ts';

/** A labelled face and what the classifier sees of it. */
export type LabelledCut = Pick<FaceCut, 'label' | 'from' | 'box' | 'region'>;

/** A face may fill the picture, and is then found better when it is seen small. */
const searchedAt = [320, 640];

export interface CutOptions {
  /** As model.json says. */
  crop: CropShape;
  find: FindFaces;
  minConfidence: number;
}

/**
 * The faces of one picture that have a label. In a picture that is labelled as a whole and that the
 * classifier sees as squares, the largest face that the detector finds is meant; without one, and
 * for a classifier that was trained on whole pictures, all of it.
 */
export async function cutLabelled(
  { label, faces = [] }: DataPicture,
  decoded: Picture,
  { crop, find, minConfidence }: CutOptions,
): Promise<LabelledCut[]> {
  if (label === undefined) {
    return faces.flatMap(({ box, label: own, ignore }): LabelledCut[] => {
      const state = JudgedState.safeParse(own);
      if (!state.success || ignore === true) return [];
      return [{ label: state.data, from: 'label', box, region: cropRegion(box, crop) }];
    });
  }
  if (crop.shape === 'square') {
    for (const size of searchedAt) {
      const box = largest(await find(decoded, { minConfidence, size }));
      if (box !== undefined)
        return [{ label, from: 'detector', box, region: cropRegion(box, crop) }];
    }
  }
  const box: Box = [0, 0, decoded.width, decoded.height];
  return [{ label, from: 'picture', box, region: pictureRegion(decoded, crop) }];
}

function largest(found: readonly { box: Box }[]): Box | undefined {
  return found.map(({ box }) => box).sort((a, b) => faceSize(b) - faceSize(a))[0];
}
