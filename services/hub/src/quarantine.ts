/** Which cameras are kept out because what judges them keeps dying over their frames. */

const deaths = 3;
/** Between the first of them and the last. */
export const withinMs = 60_000;
const keepMs = 5 * 60_000;

export class Quarantine {
  /** Deaths in which a camera was in flight; bounded by cameras times `deaths`. */
  readonly #deaths = new Map<string, number[]>();
  readonly #until = new Map<string, number>();

  /** The process died while frames of these cameras were with inference. */
  died(now: number, inFlight: readonly string[]): void {
    for (const id of inFlight) {
      const recent = [...(this.#deaths.get(id) ?? []), now].filter((at) => at > now - withinMs);
      this.#deaths.set(id, recent.slice(-deaths));
      if (recent.length < deaths) continue;
      this.#until.set(id, now + keepMs);
      this.#deaths.delete(id);
    }
  }

  /** Of these cameras, those that are kept out now. */
  kept(now: number, cameraIds: readonly string[]): string[] {
    return cameraIds.filter((id) => (this.#until.get(id) ?? 0) > now);
  }

  /** Has the time of one of those kept out passed? */
  over(now: number, quarantined: ReadonlySet<string>): boolean {
    return [...quarantined].some((id) => (this.#until.get(id) ?? 0) <= now);
  }
}
