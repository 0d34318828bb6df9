/**
 * Which cameras an ingest may own now, by what it heard of the hubs. It decides for itself when to
 * give one up: a hub that it cannot hear has given the camera to another, or is about to.
 */
import type { HubMessage } from '@maskwatch/contracts/bus';
import type { Lease } from '@maskwatch/contracts/scaled';
import type { Clock } from '@maskwatch/platform/clock';

/** Cameras are kept for so long after the last lease while no active hub is heard. */
const usualAloneMs = 60_000;
/** An active hub tells every ingest its leases each 2 s: a longer silence is a pause in its speech. */
const pauseMs = 3000;

export type LeasesMessage = HubMessage & { kind: 'leases' };

export interface LeaseHolderOptions {
  ingestId: string;
  /** Monotonic: it goes on while this process stands still. */
  clock: Clock;
  aloneMs?: number;
}

export class LeaseHolder {
  readonly #ingestId: string;
  readonly #clock: Clock;
  readonly #aloneMs: number;
  #term = 0;
  #termHeardAt = 0;
  #leases: Lease[] = [];
  #heardAt = 0;
  #validMs = 0;
  /** Since when, and until when, the active hub spoke to others without a word to us. */
  #others: { from: number; last: number } | undefined;

  constructor({ ingestId, clock, aloneMs = usualAloneMs }: LeaseHolderOptions) {
    this.#ingestId = ingestId;
    this.#clock = clock;
    this.#aloneMs = aloneMs;
  }

  /** Of any hub, to any ingest; answers false to what is of an older term and not believed. */
  hear({ term, ingestId, validMs, leases }: LeasesMessage): boolean {
    const now = this.#clock.now();
    // After so long without the newer term the store was set back: its terms begin anew.
    if (term < this.#term && now - this.#termHeardAt < this.#aloneMs) return false;
    if (term !== this.#term) this.#others = undefined;
    this.#term = term;
    this.#termHeardAt = now;
    if (ingestId === this.#ingestId) {
      this.#leases = leases;
      this.#heardAt = now;
      this.#validMs = validMs;
      this.#others = undefined;
    } else if (this.#others === undefined || now - this.#others.last > pauseMs) {
      this.#others = { from: now, last: now };
    } else {
      this.#others.last = now;
    }
    return true;
  }

  /**
   * All that was leased while the lease runs. After it nothing, where the active hub goes on
   * speaking to others; else the same until `aloneMs` after the last word. A hub that only stands by
   * says nothing of leases: while another one takes the active hub's place, cameras stay.
   */
  owned(): readonly Lease[] {
    const sinceMs = this.#clock.now() - this.#heardAt;
    if (sinceMs < this.#validMs) return this.#leases;
    return sinceMs >= this.#aloneMs || this.#passedOver() ? [] : this.#leases;
  }

  /** It was left out for more than one round. */
  #passedOver(): boolean {
    return this.#others !== undefined && this.#others.last - this.#others.from >= pauseMs;
  }
}
