import { type Box, faceSize } from '@maskwatch/contracts/box';
import { type JudgedState, likeliest } from '@maskwatch/contracts/mask-state';
import type { ScoredPicture } from './face-matching.ts';

/** Sizes from `low` to below `high`, in pixels of the stored picture. */
export type SizeRange = readonly [low: number, high: number];

/** A detection that counts, on the picture of that number. */
export interface Row {
  /** What it is ranked by. */
  score: number;
  confidence: number;
  hit: boolean;
  picture: number;
}

/** What counts of many pictures for faces of one range of sizes. */
export interface Tally {
  /** Faces that are asked for, by picture. */
  wanted: readonly number[];
  /** Highest score first. */
  rows: readonly Row[];
}

/**
 * Faces of any state. Those outside the range and those to be ignored are neither asked for nor
 * punished; a detection that hit nothing counts as false in the range of its own size.
 */
export function tally(pictures: readonly ScoredPicture[], range: SizeRange): Tally {
  const inside = within(range);
  const rows = pictures.flatMap(({ detections, partial }, picture) =>
    detections.flatMap(({ detection: { box, confidence }, face }): Row[] => {
      const counts = face === undefined ? partial !== true : face.ignore !== true;
      if (!counts || !inside(face?.box ?? box)) return [];
      return [{ score: confidence, confidence, hit: face !== undefined, picture }];
    }),
  );
  const asked = (picture: ScoredPicture) =>
    picture.faces.filter(({ box, ignore }) => inside(box) && ignore !== true).length;
  return { wanted: pictures.map(asked), rows: ranked(rows) };
}

/**
 * Faces of one state. A detection counts for the state that is likeliest, ranked by its confidence
 * times the probability of that state; on a face whose state nobody knows it is left out.
 */
export function stateTally(
  pictures: readonly ScoredPicture[],
  state: JudgedState,
  range: SizeRange,
): Tally {
  const inside = within(range);
  const rows = pictures.flatMap(({ detections, partial }, picture) =>
    detections.flatMap(({ detection, face }): Row[] => {
      const said = likeliest(detection.probabilities ?? {});
      if (said?.state !== state || !inside(face?.box ?? detection.box)) return [];
      const known = face === undefined ? partial !== true : hasState(face);
      if (!known) return [];
      const { confidence } = detection;
      const score = confidence * said.probability;
      return [{ score, confidence, hit: face?.label === state, picture }];
    }),
  );
  const asked = ({ faces }: ScoredPicture) =>
    faces.filter((face) => face.label === state && inside(face.box) && hasState(face)).length;
  return { wanted: pictures.map(asked), rows: ranked(rows) };
}

export function wantedOf({ wanted }: Tally): number {
  return wanted.reduce((a, b) => a + b, 0);
}

function hasState({ label, ignore }: ScoredPicture['faces'][number]): boolean {
  return label !== 'face' && ignore !== true;
}

function within([low, high]: SizeRange): (box: Box) => boolean {
  return (box) => faceSize(box) >= low && faceSize(box) < high;
}

function ranked(rows: Row[]): Row[] {
  return rows.sort((a, b) => b.score - a.score);
}
