/** Can the service do its work? Progress counts, not connection. */
import type { Clock } from '@maskwatch/platform/clock';
import { messageOf } from '@maskwatch/platform/problem';
import type { Store } from '@maskwatch/store/store';
import { isAway } from './store-faults.ts';
import type { AlertBook } from './violations/alert-book.ts';

/** Below this the next hours of pictures find no room. */
const lowDiskBytes = 200e6;

export interface Reason {
  code: string;
  detail: string;
}

export interface ReadinessOptions {
  store: Store;
  alerts: AlertBook;
  clock: Clock;
  /** What feeds this hub: its vision process, or the ingests on the bus. */
  work: () => { reasons(now: number): Reason[] };
}

export class Readiness {
  readonly #options: ReadinessOptions;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** Empty when ready. */
  async reasons(): Promise<Reason[]> {
    const { work, clock } = this.#options;
    return [...work().reasons(clock.now()), ...(await this.#storeReasons())];
  }

  async #storeReasons(): Promise<Reason[]> {
    try {
      return await this.#diskReasons();
    } catch (fault) {
      if (!isAway(fault)) throw fault;
      return [{ code: 'store-unreachable', detail: messageOf(fault) }];
    }
  }

  async #diskReasons(): Promise<Reason[]> {
    const { store, alerts } = this.#options;
    const { path, freeBytes } = await store.space();
    if (alerts.diskFull) {
      return [
        {
          code: 'disk-full',
          detail: `The disk of ${path} is full: alerts are kept without pictures. Make room on it.`,
        },
      ];
    }
    if (freeBytes === undefined || freeBytes >= lowDiskBytes) return [];
    const free = Math.round(freeBytes / 1e6);
    return [
      { code: 'disk-low', detail: `The disk of ${path} has ${free} MB left. Make room on it.` },
    ];
  }
}
