import { type Box, faceSize } from '@maskwatch/contracts/box';
import { overlap } from './overlap.ts';

/** A track as association sees it, predicted to the time of the frame. */
export interface Candidate {
  /** As last seen. */
  box: Box;
  /** Squared distance of a box from where the face should be, in standard deviations. */
  distance(box: Box): number;
  /** Standard deviation of that place, in face widths. */
  spread(): number;
  /** Seen once only: perhaps a false box. */
  tentative: boolean;
  secondsUnseen: number;
}

export interface Association {
  /** Track index and detection index. */
  pairs: [number, number][];
  /** Indexes of the tracks of which another detection, or whose detection another track, fits as well. */
  unsure: Set<number>;
}

/** Chi-square, 2 degrees of freedom: 1 in 900 true moves lies outside. */
const gate = 13.6;
/** A face of the same person changes its size by about this much (logarithm), and more by the second. */
const sizeSpread = 0.15;
const sizeSpreadPerSecond = 0.3;
/** What a track seen once must be closer by to take a face from one seen for longer. */
const tentativeCost = 2;
/** Faces that moved out of the gate but still overlap this much are the same. */
const overlapEnough = 0.3;
/** Two explanations less than this apart (twice the log-likelihood) are equally good: 1 to 7. */
const unsureWithin = 4;

/** Twice the negative log-likelihood that the detection is this track; infinite outside the gate. */
export function cost(track: Candidate, box: Box): number {
  const distance = track.distance(box);
  const spread = sizeSpread + sizeSpreadPerSecond * track.secondsUnseen;
  const size = (Math.log(faceSize(box) / faceSize(track.box)) / spread) ** 2;
  if (distance > gate || size > gate) return Number.POSITIVE_INFINITY;
  return distance + size + 4 * Math.log(track.spread()) + (track.tentative ? tentativeCost : 0);
}

/** Pairs by place and velocity, cheapest first; then what overlaps where it was last seen. */
export function associate(tracks: Candidate[], boxes: Box[]): Association {
  const costs = tracks.map((track) => boxes.map((box) => cost(track, box)));
  const owner = new Map<number, number>();
  const taken = new Map<number, number>();
  const take = (candidates: [number, number, number][]) => {
    candidates.sort((a, b) => a[0] - b[0]);
    for (const [, track, box] of candidates) {
      if (taken.has(track) || owner.has(box)) continue;
      taken.set(track, box);
      owner.set(box, track);
    }
  };
  take(entries(costs).filter(([value]) => Number.isFinite(value)));
  const overlaps = tracks.map((track) => boxes.map((box) => -overlap(track.box, box)));
  take(entries(overlaps).filter(([value]) => value <= -overlapEnough));
  const unsure = new Set<number>();
  for (const [track, box] of taken) {
    for (const other of doubts({ costs, track, box, owner, taken })) unsure.add(other);
  }
  return { pairs: [...taken], unsure };
}

function entries(table: number[][]): [number, number, number][] {
  return table.flatMap((row, track) =>
    row.map((value, box): [number, number, number] => [value, track, box]),
  );
}

/** The tracks that one pair puts in doubt, itself among them; none when nothing else fits. */
function doubts(given: {
  costs: number[][];
  track: number;
  box: number;
  owner: Map<number, number>;
  taken: Map<number, number>;
}): number[] {
  const { costs, track, box, owner, taken } = given;
  const chosen = costs[track]![box]!;
  if (!Number.isFinite(chosen)) return [];
  const found = new Set<number>();
  for (const [other, row] of costs.entries()) {
    // A track without a face on this frame may be the one that is seen.
    if (other !== track && !taken.has(other) && row[box]! < chosen + unsureWithin) {
      found.add(track).add(other);
    }
  }
  for (const [otherBox, instead] of costs[track]!.entries()) {
    if (otherBox === box) continue;
    const other = owner.get(otherBox);
    if (other === undefined) {
      if (instead < chosen + unsureWithin) found.add(track);
    } else {
      const swapped = instead + costs[other]![box]!;
      if (swapped < chosen + costs[other]![otherBox]! + unsureWithin) found.add(track).add(other);
    }
  }
  return [...found];
}
