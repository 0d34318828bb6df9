/**
 * Notices where a looped film begins anew. Its pictures come without a time, but of each 1/rate
 * seconds of the film there is one: counting them tells.
 */
import type { FilmProbe } from './film-probe.ts';

export class SeamWatch {
  readonly #rate: number;
  /** Pictures of one run of the film; no seam is seen before it is known. */
  #lap = Number.POSITIVE_INFINITY;
  /** Of the decoder's present run. */
  #pictures = 0;
  #started = false;

  constructor(rate: number) {
    this.#rate = rate;
  }

  /** A film that does not say how long it is has no seam. */
  know({ durationMs, framesPerSecond }: FilmProbe): void {
    if (durationMs === undefined) return;
    this.#lap = Math.max(1, (Math.min(this.#rate, framesPerSecond) * durationMs) / 1000);
  }

  /** The decoder starts again, and the film with it. */
  restart(): void {
    this.#pictures = 0;
  }

  /** To be asked of every picture that the decoder makes: does the film begin anew with it? */
  isAnew(): boolean {
    const [before, now] = [this.#pictures - 1, this.#pictures];
    this.#pictures += 1;
    const anew = now === 0 ? this.#started : this.#lapOf(now) !== this.#lapOf(before);
    this.#started = true;
    return anew;
  }

  #lapOf(picture: number): number {
    return Math.floor(picture / this.#lap);
  }
}
