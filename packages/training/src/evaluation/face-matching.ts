import type { Detection } from '@maskwatch/contracts/detection';
import { iou } from '@maskwatch/vision/iou';
import type { LabelledFace } from '../dataset/dataset.ts';

/** The usual overlap of a hit. */
export const usualOverlap = 0.5;
/**
 * Overlap that says the face was found, however tight its label was drawn: sources differ in that,
 * and most of what 0.5 counts as false is a right face in a larger box.
 */
export const foundOverlap = 0.35;

/** Detections of one picture, most confident first, each with the labelled face that it hit. */
export interface ScoredPicture {
  faces: LabelledFace[];
  detections: { detection: Detection; face?: LabelledFace }[];
  /** What is not labelled is no background: a detection that hit nothing says nothing. */
  partial?: boolean;
}

/**
 * Surest first, each detection takes the free labelled face that it overlaps most, by `least` or
 * more.
 */
export function matchFaces(
  detections: readonly Detection[],
  faces: LabelledFace[],
  least: number,
): ScoredPicture {
  const free = new Set(faces);
  const sorted = [...detections].sort((a, b) => b.confidence - a.confidence);
  const matched = sorted.map((detection) => {
    let best: { face: LabelledFace; overlap: number } | undefined;
    for (const face of free) {
      const overlap = iou(detection.box, face.box);
      if (overlap >= least && overlap > (best?.overlap ?? 0)) best = { face, overlap };
    }
    if (best === undefined) return { detection };
    free.delete(best.face);
    return { detection, face: best.face };
  });
  return { faces, detections: matched };
}
