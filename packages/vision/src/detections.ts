import type { Detection } from '@maskwatch/contracts/detection';
import { type DetectorGeometry, toPicture } from './letterbox.ts';
import { suppress } from './non-maximum-suppression.ts';
import { decodeHead, type HeadGeometry, type HeadMap } from './yolo-decode.ts';

export interface DetectionsOptions {
  heads: readonly HeadGeometry[];
  minConfidence: number;
  iou: number;
  geometry: Pick<DetectorGeometry, 'scale' | 'pictureWidth' | 'pictureHeight'>;
}

/**
 * Raw head maps, in the order of `heads`, to detections in pixels of the picture: decoded,
 * suppressed, cut at the picture's border; most confident first.
 */
export function detectionsOf(
  maps: readonly HeadMap[],
  { heads, minConfidence, iou, geometry }: DetectionsOptions,
): Detection[] {
  const candidates = maps.flatMap((map, n) => decodeHead(map, heads[n]!, minConfidence));
  return suppress(candidates, { iou })
    .map(({ box, confidence }) => ({ box: toPicture(box, geometry), confidence }))
    .filter(({ box }) => box[2] > 0 && box[3] > 0);
}
