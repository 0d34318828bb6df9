import { type Box, faceSize } from '@maskwatch/contracts/box';
import type { Detection } from '@maskwatch/contracts/detection';
import type { Probabilities } from '@maskwatch/contracts/mask-state';
import type { Track } from '@maskwatch/contracts/observation';
import { associate } from './association.ts';
import { FaceTrack } from './face-track.ts';

export interface TrackerOptions {
  newId: () => string;
  /** Smallest face that is classified, in analysis pixels. */
  smallestJudged: number;
  /** The classifier's threshold of `unknown`. */
  believeFrom: number;
}

export interface TrackedFrame {
  /** Above the service's confidence; at most 300. */
  detections: Detection[];
  capturedAt: number;
  width: number;
  height: number;
}

/**
 * One camera's people: detections in, tracks with a mask state out. Time comes with the frames.
 * Bounded by the detections of the frames of the last seconds: a track unseen for that long ends.
 */
export class Tracker {
  readonly #options: TrackerOptions;
  #tracks: FaceTrack[] = [];
  #at: number | undefined;
  /** Between the last two frames, in milliseconds. */
  #gapMs = 0;

  constructor(options: TrackerOptions) {
    this.#options = options;
  }

  update(frame: TrackedFrame): void {
    const elapsedMs = this.#at === undefined ? 0 : Math.max(0, frame.capturedAt - this.#at);
    // A gap in arrival is longer than usual: the usual one decides who is still looked for.
    const usualGapMs = Math.min(elapsedMs, this.#gapMs || elapsedMs);
    this.#end(frame.capturedAt, usualGapMs);
    for (const track of this.#tracks) track.predict(elapsedMs / 1000);
    this.#associate(frame, usualGapMs / 1000);
    for (const track of this.#tracks) track.votes.pass(frame.capturedAt, usualGapMs);
    this.#at = frame.capturedAt;
    this.#gapMs = elapsedMs;
  }

  /** Who is to be classified on this frame, most pressing first. */
  due(): { trackId: string; box: Box }[] {
    const at = this.#at ?? 0;
    return this.#tracks
      .filter((track) => track.seenAt(at) && faceSize(track.box) >= this.#options.smallestJudged)
      .map((track) => ({ track, urgency: track.urgency(at) }))
      .filter(({ urgency }) => urgency > 0)
      .sort((a, b) => b.urgency - a.urgency || a.track.lookedAt - b.track.lookedAt)
      .map(({ track }) => ({ trackId: track.id, box: track.box }));
  }

  /** What the classifier said of a track on the last frame; nothing when the track has ended. */
  look(trackId: string, look: { probabilities: Probabilities; sharpness: number }): void {
    if (this.#at === undefined) return;
    this.#tracks.find((track) => track.id === trackId)?.look(this.#at, look);
  }

  /** Confirmed tracks (seen at least twice), those lost for a moment among them. */
  tracks(): Track[] {
    const at = this.#at ?? 0;
    return this.#tracks.filter((track) => !track.tentative).map((track) => track.describe(at));
  }

  /** Where faces may be that were not found on the last frame: as last seen, and where expected. */
  recentlyLost(withinMs: number): Box[] {
    const at = this.#at ?? 0;
    return this.#tracks
      .filter((track) => !track.seenAt(at) && at - track.lastSeenAt < withinMs)
      .flatMap((track) => [track.box, track.expected()]);
  }

  /** The seam of a looped film: nobody goes on. */
  reset(): void {
    this.#tracks = [];
    this.#at = undefined;
    this.#gapMs = 0;
  }

  #end(at: number, usualGapMs: number): void {
    this.#tracks = this.#tracks.filter((track) => !track.ended(at, usualGapMs));
  }

  #associate({ detections, capturedAt }: TrackedFrame, gapSeconds: number): void {
    const seen = detections.filter(({ box }) => box[2] > 0 && box[3] > 0);
    const candidates = this.#tracks.map((track) => track.candidate());
    const { pairs, unsure } = associate(
      candidates,
      seen.map(({ box }) => box),
      gapSeconds,
    );
    const matched = new Set<number>();
    for (const [track, detection] of pairs) {
      this.#tracks[track]!.see(seen[detection]!, capturedAt);
      matched.add(detection);
    }
    for (const [i, track] of this.#tracks.entries()) track.doubt(unsure.has(i), capturedAt);
    for (const [i, detection] of seen.entries()) {
      if (!matched.has(i)) this.#tracks.push(this.#begin(detection, capturedAt));
    }
  }

  #begin(detection: Detection, at: number): FaceTrack {
    const { newId, believeFrom } = this.#options;
    return new FaceTrack({ id: newId(), detection, at, believeFrom });
  }
}
