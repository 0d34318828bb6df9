import { type Box, faceSize } from '@maskwatch/contracts/box';
import type { Detection } from '@maskwatch/contracts/detection';
import type { Probabilities } from '@maskwatch/contracts/mask-state';
import type { Track } from '@maskwatch/contracts/observation';
import type { Candidate } from './association.ts';
import { Motion } from './motion.ts';
import { Stillness } from './stillness.ts';
import { Votes } from './votes.ts';

/** Longest loss after which place and motion still say who it is. */
const lostMs = 2500;
/** A false box seldom comes twice in a row. */
const tentativeLostMs = 1000;
/** A settled state is looked at again after about a second (a frame may come a little early). */
const settledLookMs = 950;
/** A face that has grown by this factor shows more than before. */
const grown = 1.25;

/** One person's way over the picture: tentative, confirmed, lost for a moment, ended. */
export class FaceTrack {
  readonly id: string;
  readonly votes: Votes;
  box: Box;
  lastSeenAt: number;
  /** Capture time of the last look, counted or not; 0 before the first. */
  lookedAt = 0;
  tentative = true;
  #confidence: number;
  #unsure = false;
  #lookedSize = 0;
  readonly #firstSeenAt: number;
  readonly #motion: Motion;
  readonly #stillness: Stillness;

  constructor(given: { id: string; detection: Detection; at: number; believeFrom: number }) {
    const { id, detection, at, believeFrom } = given;
    this.id = id;
    this.box = detection.box;
    this.#confidence = detection.confidence;
    this.#firstSeenAt = at;
    this.lastSeenAt = at;
    this.votes = new Votes(believeFrom, at);
    this.#motion = new Motion(detection.box);
    this.#stillness = new Stillness(detection.box, at);
  }

  predict(seconds: number): void {
    this.#motion.predict(seconds);
  }

  candidate(): Candidate {
    return {
      box: this.box,
      fit: (box) => this.#motion.fit(box),
      tentative: this.tentative,
    };
  }

  see({ box, confidence }: Detection, at: number): void {
    this.#motion.correct(box);
    this.#stillness.see(box, at);
    this.box = box;
    this.#confidence = confidence;
    this.lastSeenAt = at;
    this.tentative = false;
  }

  doubt(unsure: boolean, at: number): void {
    this.#unsure = unsure;
    if (unsure) this.votes.reset(at);
  }

  look(at: number, look: { probabilities: Probabilities; sharpness: number }): void {
    this.lookedAt = at;
    this.#lookedSize = faceSize(this.box);
    this.votes.add({ at, size: this.#lookedSize, ...look });
  }

  seenAt(at: number): boolean {
    return this.lastSeenAt === at;
  }

  ended(at: number, usualGapMs: number): boolean {
    const longest = this.tentative ? tentativeLostMs : lostMs;
    return at - this.lastSeenAt > Math.max(longest, 2.5 * usualGapMs);
  }

  expected(): Box {
    return this.#motion.expected(this.box);
  }

  /** 3 new, 2 unsure or undecided, 1 settled and due again, 0 not due. */
  urgency(at: number): number {
    if (this.lookedAt === 0) return 3;
    if (this.#unsure || this.votes.contested) return 2;
    const larger = faceSize(this.box) >= grown * this.#lookedSize;
    return larger || at - this.lookedAt >= settledLookMs ? 1 : 0;
  }

  describe(at: number): Track {
    return {
      id: this.id,
      box: this.box,
      confidence: this.#confidence,
      state: this.votes.state,
      stateSince: this.votes.stateSince,
      seen: this.seenAt(at),
      firstSeenAt: this.#firstSeenAt,
      lastSeenAt: this.lastSeenAt,
      looks: this.votes.looks,
      probabilities: this.votes.probabilities,
      unsure: this.#unsure,
      poster: this.#stillness.poster(at),
    };
  }
}
