import type { Box } from '@maskwatch/contracts/box';
import type { Detection } from '@maskwatch/contracts/detection';
import { iou } from '@maskwatch/vision/iou';
import type { LabelledFace } from './labelled-pictures.ts';

/** Detections of one picture with the labelled face that each one hit, if any. */
export interface ScoredPicture {
  faces: LabelledFace[];
  detections: { detection: Detection; face?: LabelledFace }[];
}

/** The size of a face: the square root of its area. */
export function faceSize([, , width, height]: Box): number {
  return Math.sqrt(Math.max(0, width) * Math.max(0, height));
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
    const overlaps = [...free].map((face) => ({ face, overlap: iou(detection.box, face.box) }));
    const best = overlaps.reduce((a, b) => (b.overlap > a.overlap ? b : a), {
      face: undefined as LabelledFace | undefined,
      overlap: 0,
    });
    if (best.face === undefined || best.overlap < least) {
      return { detection };
    }
    free.delete(best.face);
    return { detection, face: best.face };
  });
  return { faces, detections: matched };
}

/** What counts of many pictures for faces of one range of sizes. */
export interface Tally {
  /** Faces that are asked for. */
  wanted: number;
  rows: { confidence: number; hit: boolean }[];
}

/**
 * Faces outside the range and those that only a detector found are neither asked for nor
 * punished; a detection that hit nothing counts as false in the range of its own size.
 */
export function tally(
  pictures: readonly ScoredPicture[],
  [low, high]: readonly [number, number],
): Tally {
  const inside = (box: Box) => faceSize(box) >= low && faceSize(box) < high;
  const result: Tally = { wanted: 0, rows: [] };
  for (const { faces, detections } of pictures) {
    result.wanted += faces.filter((face) => inside(face.box) && face.auto !== true).length;
    for (const { detection, face } of detections) {
      const counts = inside(face?.box ?? detection.box) && face?.auto !== true;
      if (counts) {
        result.rows.push({ confidence: detection.confidence, hit: face !== undefined });
      }
    }
  }
  return result;
}

/** Area under the interpolated curve of precision over recall, all points. */
export function averagePrecision({ wanted, rows }: Tally): number {
  const sorted = [...rows].sort((a, b) => b.confidence - a.confidence);
  let hits = 0;
  const points = sorted.map(({ hit }, i) => {
    hits += hit ? 1 : 0;
    return { recall: hits / wanted, precision: hits / (i + 1) };
  });
  let area = 0;
  let best = 0;
  for (let i = points.length - 1; i >= 0; i -= 1) {
    best = Math.max(best, points[i]!.precision);
    area += best * (points[i]!.recall - (points[i - 1]?.recall ?? 0));
  }
  return area;
}

export function precisionRecall(
  { wanted, rows }: Tally,
  threshold: number,
): { precision: number; recall: number } {
  const kept = rows.filter((row) => row.confidence >= threshold);
  const hits = kept.filter((row) => row.hit).length;
  return { precision: hits / kept.length, recall: hits / wanted };
}

/**
 * The lowest of the thresholds whose F1 is within `slack` of the best: a face that is missed is
 * never judged, a false box has to keep a state over many frames before anything comes of it.
 */
export function lowestGoodThreshold(
  counts: Tally,
  thresholds: readonly number[],
  slack: number,
): number {
  const scores = thresholds.map((threshold) => {
    const { precision, recall } = precisionRecall(counts, threshold);
    return { threshold, f1: (2 * precision * recall) / (precision + recall) };
  });
  const best = Math.max(...scores.map((score) => score.f1));
  const good = scores.filter((score) => score.f1 >= best - slack);
  return Math.min(...good.map((score) => score.threshold));
}
