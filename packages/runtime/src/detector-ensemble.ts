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
  /** Looks of one size and colour. */
  find(looks: readonly InputLook[]): Promise<Detection[][]>;
}

export interface MemberFinder extends Finder {
  weight: number;
  flip: boolean;
}

/** As many as a single detector gives. */
const most = 300;

/**
 * What several detectors find on each input, fused. Each is asked for all that it would have
 * pixelated, also where surer boxes are wanted: what is fused must not depend on what is wanted.
 * One that flips counts as two of half its weight; padding is mirrored with the picture.
 */
export async function findTogether(
  looks: readonly InputLook[],
  members: readonly MemberFinder[],
): Promise<Detection[][]> {
  const found = looks.map((): WeightedDetections[] => []);
  for (const { model, find, weight, flip } of members) {
    const asked = looks.map((look) => {
      const minConfidence = Math.min(look.minConfidence, model.thresholds.pixelate);
      return { ...look, minConfidence };
    });
    const answers = flip
      ? [await find(asked), await findMirrored(asked, find)]
      : [await find(asked)];
    for (const answer of answers) {
      for (const [n, detections] of answer.entries()) {
        found[n]!.push({ weight: weight / answers.length, detections });
      }
    }
  }
  return looks.map(({ minConfidence }, n) =>
    weightedBoxesFusion(found[n]!)
      .filter(({ confidence }) => confidence >= minConfidence)
      .slice(0, most),
  );
}

async function findMirrored(
  looks: readonly InputLook[],
  find: Finder['find'],
): Promise<Detection[][]> {
  const mirrored = looks.map((look) => {
    const planes = new Uint8Array(look.planes.length);
    mirrorPlanes(look.planes, look.width, planes);
    return { ...look, planes };
  });
  const found = await find(mirrored);
  return found.map((detections, n) => {
    return detections.map((one) => ({ ...one, box: mirrorBox(one.box, looks[n]!.width) }));
  });
}
