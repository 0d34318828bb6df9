/** The best candidate of each track, in memory until its violation opens or it grows old. */
import type { EvidenceCandidate } from '@maskwatch/contracts/bus';

/** Each about 200 KB: 13 MB in all. */
const mostHeld = 64;
/** A person that was not better seen for this long has left, or their violation has opened. */
const keepMs = 5 * 60_000;

export interface HeldCandidate {
  candidate: EvidenceCandidate;
  picture: Uint8Array;
  crop: Uint8Array;
}

export class EvidenceLedger {
  // In the order of their last improvement: the first is the one to give up.
  readonly #held = new Map<string, HeldCandidate>();
  #dropped = 0;

  /** Candidates given up because others were newer. */
  get dropped(): number {
    return this.#dropped;
  }

  get held(): number {
    return this.#held.size;
  }

  offer(candidate: EvidenceCandidate, bytes: Uint8Array): void {
    const { trackId, capturedAt, pictureBytes, cropBytes } = candidate;
    const known = this.#held.get(trackId);
    if (known !== undefined && known.candidate.quality >= candidate.quality) return;
    this.#held.delete(trackId);
    this.#held.set(trackId, {
      candidate,
      picture: bytes.slice(0, pictureBytes),
      crop: bytes.slice(pictureBytes, pictureBytes + cropBytes),
    });
    this.#expire(capturedAt);
  }

  /** The best of a track; it is held no longer. */
  take(trackId: string): HeldCandidate | undefined {
    const held = this.#held.get(trackId);
    this.#held.delete(trackId);
    return held;
  }

  #expire(now: number): void {
    for (const [trackId, { candidate }] of this.#held) {
      const old = now - candidate.capturedAt > keepMs;
      if (!old && this.#held.size <= mostHeld) return;
      this.#held.delete(trackId);
      if (!old) this.#dropped += 1;
    }
  }
}
