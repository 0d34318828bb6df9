import type { Clock } from '@maskwatch/platform/clock';

/** Longer than whoever holds an answer takes to try again, a connection and a pause included. */
const graceMs = 5000;

/**
 * Whether deliveries may be claimed. An outage of the store may last longer than a claim, while the
 * process that made it holds an answer that nobody could write down: after the outage it goes
 * first, or another would send the same again.
 */
export class StoreOutage {
  readonly #clock: Clock;
  #away = false;
  #claimFrom = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get away(): boolean {
    return this.#away;
  }

  get mayClaim(): boolean {
    return !this.#away && this.#clock.now() >= this.#claimFrom;
  }

  /** True where this is news. */
  began(): boolean {
    const news = !this.#away;
    this.#away = true;
    return news;
  }

  /** The store has answered the one who asks it regularly. */
  over(): void {
    if (!this.#away) return;
    this.#away = false;
    this.#claimFrom = this.#clock.now() + graceMs;
  }
}
