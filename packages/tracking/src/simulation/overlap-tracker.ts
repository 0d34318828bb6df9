import type { Box } from '@maskwatch/contracts/box';
import { overlap } from '../overlap.ts';
import type { Associator, SeenTrack } from './association-run.ts';

const enough = 0.3;
const lostMs = 2500;

/** The usual way, as a rival: greedy by overlap with the last box, the same life of a track. */
export class OverlapTracker implements Associator {
  #tracks: (SeenTrack & { lastSeenAt: number; hits: number })[] = [];
  #made = 0;

  update(frame: { detections: { box: Box }[]; capturedAt: number }): void {
    const now = frame.capturedAt;
    this.#tracks = this.#tracks.filter(({ lastSeenAt }) => now - lastSeenAt <= lostMs);
    const pairs = this.#tracks.flatMap((track) =>
      frame.detections.map(({ box }) => ({ track, box, shared: overlap(track.box, box) })),
    );
    pairs.sort((a, b) => b.shared - a.shared);
    const taken = new Set<unknown>();
    for (const { track, box, shared } of pairs) {
      if (shared < enough || taken.has(track) || taken.has(box)) continue;
      taken.add(track).add(box);
      Object.assign(track, { box, lastSeenAt: now, hits: track.hits + 1 });
    }
    for (const track of this.#tracks) track.seen = taken.has(track);
    for (const { box } of frame.detections) {
      if (taken.has(box)) continue;
      const id = `o${++this.#made}`;
      this.#tracks.push({ id, box, seen: true, unsure: false, lastSeenAt: now, hits: 1 });
    }
  }

  tracks(): SeenTrack[] {
    return this.#tracks.filter(({ hits }) => hits > 1);
  }
}
