/** The best candidate of each track, in memory until it grows old. */
import type { EvidenceCandidate } from '@maskwatch/contracts/bus';

/** Each about 200 KB: 13 MB in all. */
const mostHeld = 64;
/** A person that was not better seen for this long has left, or broke every rule they could. */
const keepMs = 5 * 60_000;

export interface HeldCandidate {
  candidate: EvidenceCandidate;
  picture: Uint8Array;
  crop: Uint8Array;
  /** When it was offered, on the hub's clock: a film's own time may lag behind. */
  offeredAt: number;
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

  offer(candidate: EvidenceCandidate, bytes: Uint8Array, now: number): void {
    const { trackId, pictureBytes, cropBytes } = candidate;
    const known = this.#held.get(trackId);
    if (known !== undefined && known.candidate.quality >= candidate.quality) return;
    this.#held.delete(trackId);
    this.#held.set(trackId, {
      candidate,
      picture: bytes.slice(0, pictureBytes),
      crop: bytes.slice(pictureBytes, pictureBytes + cropBytes),
      offeredAt: now,
    });
    this.expire(now);
  }

  /** The best of a track. It stays: one person may break several rules. */
  best(trackId: string): HeldCandidate | undefined {
    return this.#held.get(trackId);
  }

  /** Gives up what is old, and the oldest while there are too many. To be asked now and then. */
  expire(now: number): void {
    for (const [trackId, { offeredAt }] of this.#held) {
      const old = now - offeredAt > keepMs;
      if (!old && this.#held.size <= mostHeld) return;
      this.#held.delete(trackId);
      if (!old) this.#dropped += 1;
    }
  }
}
