import type { Detection } from '@maskwatch/contracts/detection';
import { type DetectorGeometry, toPicture } from './letterbox.ts';
import { suppress } from './non-maximum-suppression.ts';

export interface DetectionsOptions {
  iou: number;
  geometry: Pick<DetectorGeometry, 'scale' | 'pictureWidth' | 'pictureHeight'>;
}

/**
 * A decoder's candidates, in pixels of the detector's input, to detections in pixels of the
 * picture: suppressed, cut at the picture's border; most confident first.
 */
export function detectionsOf(
  candidates: readonly Detection[],
  { iou, geometry }: DetectionsOptions,
): Detection[] {
  return inPicture(suppress(candidates, { iou }), geometry);
}

/** From pixels of the detector's input to those of the picture; what lies outside is dropped. */
export function inPicture(
  detections: readonly Detection[],
  geometry: DetectionsOptions['geometry'],
): Detection[] {
  return detections
    .map((detection) => ({ ...detection, box: toPicture(detection.box, geometry) }))
    .filter(({ box }) => box[2] > 0 && box[3] > 0);
}
