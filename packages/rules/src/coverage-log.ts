const minuteMs = 60_000;
const minutes = 60;

/** Covered time of the last hour, by the minute: at most 61 numbers. */
export class CoverageLog {
  readonly #since: number;
  #minutes: { minute: number; coveredMs: number }[] = [];

  constructor(since: number) {
    this.#since = since;
  }

  add(now: number, coveredMs: number): void {
    const minute = Math.floor(now / minuteMs);
    const last = this.#minutes.at(-1);
    if (last?.minute === minute) last.coveredMs += coveredMs;
    else this.#minutes.push({ minute, coveredMs });
    this.#minutes = this.#minutes.filter((entry) => minute - entry.minute <= minutes);
  }

  /** Of the time until `now`, 0 to 1; 1 of no time. */
  share(now: number): number {
    const first = Math.floor(now / minuteMs) - minutes;
    const start = Math.max(this.#since, first * minuteMs);
    if (now <= start) return 1;
    const kept = this.#minutes.filter(({ minute }) => minute >= first);
    const coveredMs = kept.reduce((sum, entry) => sum + entry.coveredMs, 0);
    return Math.min(1, coveredMs / (now - start));
  }
}
