const windowMs = 60_000;

/**
 * The service's clock as seen from here. Each message says when it was sent; the one that travelled
 * fastest comes closest to the truth, so the largest difference of the last one to two minutes counts.
 */
export class ServerClock {
  readonly #local: () => number;
  #windowStart = 0;
  #best: number | undefined;
  #previous: number | undefined;

  constructor(local: () => number = () => Date.now()) {
    this.#local = local;
  }

  /** Takes note of a message that the service sent at `sentAt` (milliseconds since the epoch). */
  observe(sentAt: number): void {
    const now = this.#local();
    if (this.#best === undefined || now - this.#windowStart > windowMs) {
      this.#previous = this.#best;
      this.#best = undefined;
      this.#windowStart = now;
    }
    const difference = sentAt - now;
    this.#best = this.#best === undefined ? difference : Math.max(this.#best, difference);
  }

  /** Milliseconds since the epoch by the service's clock; by this machine's until it has spoken. */
  now(): number {
    const best = this.#best;
    const previous = this.#previous;
    const offset =
      best === undefined ? 0 : previous === undefined ? best : Math.max(best, previous);
    return this.#local() + offset;
  }
}
