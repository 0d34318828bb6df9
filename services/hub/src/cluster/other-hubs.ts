import type { HubStatus } from '@maskwatch/contracts/scaled';

/** A hub says each 2 s that it is there. */
const silentMs = 6000;

/** The other hubs, as they say of themselves; each on the clock of who hears it. */
export class OtherHubs {
  readonly #hubs = new Map<string, HubStatus>();

  hear(status: HubStatus, now: number): void {
    this.#hubs.set(status.id, { ...status, at: now });
  }

  /** Those that were heard lately. */
  heard(now: number): HubStatus[] {
    for (const { id, at } of this.#hubs.values()) {
      if (now - at > silentMs) this.#hubs.delete(id);
    }
    return [...this.#hubs.values()];
  }
}
