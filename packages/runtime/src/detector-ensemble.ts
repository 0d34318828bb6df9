import type { Detection } from '@maskwatch/contracts/detection';
import type { DetectorModel } from '@maskwatch/contracts/model';
import { mirrorBox, mirrorPlanes } from '@maskwatch/vision/mirror';
import type { Colour } from '@maskwatch/vision/picture';
import {
  type WeightedDetections,
  weightedBoxesFusion,
} from '@maskwatch/vision/weighted-boxes-fusion';
import type { OpenNetwork } from './golden-check.ts';

/** A picture in the detector's input. */
export interface InputLook {
  /** uint8 [3, height, width], padded. */
  planes: Uint8Array;
  width: number;
  height: number;
  colour: Colour;
  /** Boxes from this confidence on are wanted. */
  minConfidence: number;
}

/** One open detector: boxes in pixels of its input, suppressed, most confident first. */
export interface Finder extends OpenNetwork {
  model: DetectorModel;
  find(look: InputLook): Promise<Detection[]>;
}

export interface MemberFinder extends Finder {
  weight: number;
  flip: boolean;
}

/** As many as a single detector gives. */
const most = 300;

/**
 * What several detectors find on one input, fused. Each is asked for all that it would have
 * pixelated, also where surer boxes are wanted: what is fused must not depend on what is wanted.
 * One that flips counts as two of half its weight; padding is mirrored with the picture.
 */
export async function findTogether(
  look: InputLook,
  members: readonly MemberFinder[],
): Promise<Detection[]> {
  const found: WeightedDetections[] = [];
  for (const { model, find, weight, flip } of members) {
    const minConfidence = Math.min(look.minConfidence, model.thresholds.pixelate);
    const share = flip ? weight / 2 : weight;
    found.push({ weight: share, detections: await find({ ...look, minConfidence }) });
    if (flip) {
      const detections = await findMirrored({ ...look, minConfidence }, find);
      found.push({ weight: share, detections });
    }
  }
  return weightedBoxesFusion(found)
    .filter(({ confidence }) => confidence >= look.minConfidence)
    .slice(0, most);
}

async function findMirrored(look: InputLook, find: Finder['find']): Promise<Detection[]> {
  const planes = new Uint8Array(look.planes.length);
  mirrorPlanes(look.planes, look.width, planes);
  const detections = await find({ ...look, planes });
  return detections.map((one) => ({ ...one, box: mirrorBox(one.box, look.width) }));
}
