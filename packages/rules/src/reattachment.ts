import { type Box, faceSize } from '@maskwatch/contracts/box';
import type { Track } from '@maskwatch/contracts/observation';
import { longestPauseMs, type Subject } from './subject.ts';

/** A person who was lost is looked for within so many face widths. */
const reachInFaceWidths = 3;
/** Tracks that got into one crossing are flagged within this time of each other. */
const sameCrossingMs = 1000;

/** Where and when a track began, or was last taken for perhaps somebody else. */
export interface Origin {
  box: Box;
  at: number;
  unsure: boolean;
}

/** A track in a forbidden state that carries nothing yet. */
export interface Seeker {
  track: Track;
  origin: Origin;
}

export interface Reattachment {
  subject: Subject;
  /** The nearest first. */
  seekers: Seeker[];
  /** Another candidate could have been meant. */
  unsure: boolean;
}

/**
 * Which lost subjects the seekers carry on: nearest pairs first, each track once. A seeker that
 * finds its only candidates taken by another in this very moment joins that one: it cannot be told
 * which of both is meant, and one person too few is alerted rather than one person twice.
 */
export function reattach(orphans: Subject[], seekers: Seeker[]): Reattachment[] {
  const near = orphans.flatMap((subject) =>
    seekers
      .map((seeker) => ({ subject, seeker, distance: distance(subject, seeker) }))
      .filter((pair) => pair.distance <= reachInFaceWidths),
  );
  near.sort((a, b) => a.distance - b.distance);
  const found = new Map<Subject, Seeker[]>();
  const placed = new Set<Seeker>();
  for (const { subject, seeker } of near) {
    if (found.has(subject) || placed.has(seeker)) continue;
    found.set(subject, [seeker]);
    placed.add(seeker);
  }
  for (const { subject, seeker } of near) {
    if (placed.has(seeker)) continue;
    found.get(subject)?.push(seeker);
    placed.add(seeker);
  }
  return [...found].map(([subject, those]) => {
    const rivals = near.filter((pair) => pair.subject === subject || those.includes(pair.seeker));
    return { subject, seekers: those, unsure: rivals.length > 1 || subject.doubt !== undefined };
  });
}

/** May somebody else carry it on? Its tracks are gone, or may have become another person's. */
export function isOrphan(subject: Subject, seen: ReadonlySet<string>): boolean {
  if (subject.violation === undefined && subject.pausedMs > longestPauseMs) return false;
  return subject.doubt !== undefined || !subject.trackIds.some((id) => seen.has(id));
}

/** In face widths; infinite when the seeker was there while the subject still was. */
function distance(subject: Subject, { track, origin }: Seeker): number {
  if (track.state !== subject.state && track.state !== subject.violation?.state) {
    return Number.POSITIVE_INFINITY;
  }
  const doubt = subject.doubt;
  if (doubt !== undefined && origin.unsure && Math.abs(origin.at - doubt.at) <= sameCrossingMs) {
    return inFaceWidths(doubt.box, origin.box);
  }
  if (origin.at <= subject.lastSeenAt) return Number.POSITIVE_INFINITY;
  return Math.min(inFaceWidths(subject.box, origin.box), inFaceWidths(subject.box, track.box));
}

function inFaceWidths(a: Box, b: Box): number {
  const x = a[0] + a[2] / 2 - b[0] - b[2] / 2;
  const y = a[1] + a[3] / 2 - b[1] - b[3] / 2;
  return Math.hypot(x, y) / Math.max(faceSize(a), faceSize(b));
}
