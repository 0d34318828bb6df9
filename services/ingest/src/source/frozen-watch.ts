import type { Picture } from '@maskwatch/vision/picture';

/** Prime, so that the samples of neighbouring rows are not below each other. */
const STEP = 61;

/**
 * Notices that a camera repeats one picture to the bit. A living sensor's noise differs in nearly
 * every sample, so a frame costs a hash of every 61st luma byte; whole pictures are compared only
 * while the samples are equal.
 */
export class FrozenWatch {
  #hash: number | undefined;
  #reference: Uint8Array | undefined;
  #referenceIsLast = false;
  #equalSince: number | undefined;

  /** Milliseconds for which all pictures up to this one were equal; 0 for a different one. */
  look({ planes: [{ data }] }: Picture, at: number): number {
    if (!this.#equalsLast(data)) this.#equalSince = undefined;
    this.#equalSince ??= at;
    return at - this.#equalSince;
  }

  #equalsLast(luma: Uint8Array): boolean {
    const hash = sampleHash(luma);
    const sameSamples = hash === this.#hash;
    this.#hash = hash;
    if (!sameSamples) {
      this.#referenceIsLast = false;
      return false;
    }
    const equal = this.#referenceIsLast && Buffer.compare(this.#reference!, luma) === 0;
    if (!equal) this.#keep(luma);
    return equal;
  }

  #keep(luma: Uint8Array): void {
    if (this.#reference?.length !== luma.length) this.#reference = new Uint8Array(luma.length);
    this.#reference.set(luma);
    this.#referenceIsLast = true;
  }
}

/** FNV-1a over the samples (Fowler, Noll, Vo). */
function sampleHash(luma: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < luma.length; i += STEP) hash = Math.imul(hash ^ luma[i]!, 0x01000193);
  return hash ^ luma.length;
}
