/** A hub repeats what its viewers watch; one that is silent for longer has none. */
const hubForgottenMs = 6000;

/** The cameras that viewers of any hub watch. */
export class WatchedByHubs {
  readonly #hubs = new Map<string, { cameraIds: string[]; silentMs: number }>();
  #union: string[] = [];

  /** Answers what is watched now where that has changed. */
  hear(hubId: string, cameraIds: string[]): string[] | undefined {
    this.#hubs.set(hubId, { cameraIds, silentMs: 0 });
    return this.#changed();
  }

  /** Some time has passed; answers as `hear`. */
  pass(ms: number): string[] | undefined {
    for (const [hubId, hub] of this.#hubs) {
      hub.silentMs += ms;
      if (hub.silentMs > hubForgottenMs) this.#hubs.delete(hubId);
    }
    return this.#changed();
  }

  #changed(): string[] | undefined {
    const all = new Set([...this.#hubs.values()].flatMap(({ cameraIds }) => cameraIds));
    const union = [...all].sort();
    if (union.join() === this.#union.join()) return undefined;
    this.#union = union;
    return union;
  }
}
