export interface BacklogOptions {
  /** Frames a second that were asked for. */
  rate: number;
  gapMs?: number;
  longestMs?: number;
}

/** After so long a silence what comes first was seen long ago. */
const GAP_MS = 2000;
/** A stream that stays faster than asked for is not a backlog. */
const LONGEST_MS = 3000;
/** Above this interval a new connection's first frame is not given up for a doubt. */
const LONGEST_WAIT_MS = 1000;
/** Frames of a backlog come as fast as they are decoded; jitter shortens an interval by less. */
const OWN_PACE = 0.6;

/**
 * Tells old frames from new ones by their arrival: after a gap the backlog comes faster than the
 * stream's own pace, and is thrown away until frames are an interval apart again.
 */
export class BacklogWatch {
  readonly #intervalMs: number;
  readonly #gapMs: number;
  readonly #longestMs: number;
  #lastAt: number | undefined;
  #discardingSince: number | undefined;

  constructor({ rate, gapMs = GAP_MS, longestMs = LONGEST_MS }: BacklogOptions) {
    this.#intervalMs = 1000 / rate;
    // A slow rate's own interval is no gap.
    this.#gapMs = Math.max(gapMs, 2.5 * this.#intervalMs);
    this.#longestMs = longestMs;
  }

  /** A new connection: what its first packets waited for is not known. */
  restart(): void {
    this.#lastAt = undefined;
  }

  /** True for a frame that belongs to a backlog. */
  isOld(at: number): boolean {
    const sinceLast = this.#lastAt === undefined ? Number.POSITIVE_INFINITY : at - this.#lastAt;
    const first = this.#lastAt === undefined;
    this.#lastAt = at;
    if (first && this.#intervalMs > LONGEST_WAIT_MS) return false;
    if (sinceLast > this.#gapMs) {
      this.#discardingSince = at;
      return true;
    }
    if (this.#discardingSince === undefined) return false;
    const ownPace = sinceLast >= OWN_PACE * this.#intervalMs;
    if (ownPace || at - this.#discardingSince > this.#longestMs) this.#discardingSince = undefined;
    return this.#discardingSince !== undefined;
  }
}
