import type { Detection } from '@maskwatch/contracts/detection';
import { type DetectorGeometry, toPicture } from './letterbox.ts';

/** From pixels of the detector's input to those of the picture; what lies outside is dropped. */
export function inPicture(
  detections: readonly Detection[],
  geometry: Pick<DetectorGeometry, 'scale' | 'pictureWidth' | 'pictureHeight'>,
): Detection[] {
  return detections
    .map((detection) => ({ ...detection, box: toPicture(detection.box, geometry) }))
    .filter(({ box }) => box[2] > 0 && box[3] > 0);
}
