import type { Box } from '@maskwatch/contracts/box';
import type { Fit } from './motion.ts';
import { overlap } from './overlap.ts';

/** A track as association sees it, predicted to the time of the frame. */
export interface Candidate {
  /** As last seen. */
  box: Box;
  /** How well a box fits where the face should be. */
  fit(box: Box): Fit;
  /** Seen once only: perhaps a false box. */
  tentative: boolean;
}

export interface Association {
  /** Track index and detection index. */
  pairs: [number, number][];
  /** Indexes of the tracks of which another detection, or whose detection another track, fits as well. */
  unsure: Set<number>;
}

/** Chi-square, 3 degrees of freedom: 1 in 1000 true moves lies outside. */
const gate = 16.3;
/**
 * That somebody new came into view just there, at three frames a second and more: a track that fits
 * worse is not taken. With rarer frames everybody moves further, and less is asked.
 */
const newFaceCost = 7;
const newFaceGap = 0.33;
/** What a track seen once must be closer by to take a face from one seen for longer. */
const tentativeCost = 2;
/** Faces that moved out of the gate but still overlap this much are the same, surely from the second on. */
const overlapEnough = 0.3;
const overlapSure = 0.6;
/** Explanations that are less than 33 times (twice the logarithm: 7) less likely may be true. */
const unsureWithin = 7;

/** Twice the negative log-likelihood that the box is this track's face; infinite if not believed. */
function cost(track: Candidate, box: Box, newFace: number): number {
  const { distance, spread } = track.fit(box);
  const value = distance + spread + (track.tentative ? tentativeCost : 0);
  return distance > gate || value > newFace ? Number.POSITIVE_INFINITY : value;
}

/**
 * Pairs by place and velocity, cheapest first; then what overlaps where it was last seen.
 * `gapSeconds` is the usual time between two frames.
 */
export function associate(tracks: Candidate[], boxes: Box[], gapSeconds: number): Association {
  const newFace = newFaceCost + 6 * Math.log(Math.max(1, gapSeconds / newFaceGap));
  const costs = tracks.map((track) => boxes.map((box) => cost(track, box, newFace)));
  const pairing = new Pairing();
  pairing.take(costs, newFace);
  pairing.take(
    tracks.map((track) => boxes.map((box) => -overlap(track.box, box))),
    -overlapEnough,
  );
  const unsure = new Set<number>();
  for (const [track, box] of pairing.boxOf) {
    const { box: last, tentative } = tracks[track]!;
    const alone = costs[track]![box]! + unsureWithin < newFace || tentative;
    const stayed = overlap(last, boxes[box]!) >= overlapSure;
    if (!alone && !stayed) unsure.add(track);
    for (const other of doubts({ costs, track, box, pairing })) unsure.add(other);
  }
  return { pairs: [...pairing.boxOf], unsure };
}

/** Who has which box; the cheapest pair goes first, which is as good here as the best sum. */
class Pairing {
  readonly boxOf = new Map<number, number>();
  readonly ownerOf = new Map<number, number>();

  take(costs: number[][], most: number): void {
    const candidates = costs
      .flatMap((row, track) => row.map((value, box) => ({ value, track, box })))
      .filter(({ value }) => value <= most)
      .sort((a, b) => a.value - b.value);
    for (const { track, box } of candidates) {
      if (this.boxOf.has(track) || this.ownerOf.has(box)) continue;
      this.boxOf.set(track, box);
      this.ownerOf.set(box, track);
    }
  }
}

/** The tracks that one pair puts in doubt, itself among them; none when nothing else may be true. */
function doubts(given: {
  costs: number[][];
  track: number;
  box: number;
  pairing: Pairing;
}): Set<number> {
  const { costs, track, box, pairing } = given;
  const found = new Set<number>();
  const chosen = costs[track]![box]!;
  if (!Number.isFinite(chosen)) return found;
  for (const [other, row] of costs.entries()) {
    // A track without a face on this frame may be the one that is seen.
    if (other !== track && !pairing.boxOf.has(other) && row[box]! < chosen + unsureWithin) {
      found.add(track).add(other);
    }
  }
  for (const [otherBox, instead] of costs[track]!.entries()) {
    if (otherBox === box) continue;
    const other = pairing.ownerOf.get(otherBox);
    if (other === undefined) {
      if (instead < chosen + unsureWithin) found.add(track);
    } else if (instead + costs[other]![box]! < chosen + costs[other]![otherBox]! + unsureWithin) {
      found.add(track).add(other);
    }
  }
  return found;
}
