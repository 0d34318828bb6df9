/** Can the service do its work? Progress counts, not connection. */
import type { Clock } from '@maskwatch/platform/clock';
import type { Store } from '@maskwatch/store/store';
import type { AlertBook } from './violations/alert-book.ts';
import type { VisionWatch } from './vision-watch.ts';

/** Statuses come each second. */
const visionSilentMs = 5000;
/** Below this the next hours of pictures find no room. */
const lowDiskBytes = 200e6;

export interface Reason {
  code: string;
  detail: string;
}

export class Readiness {
  readonly #options: { store: Store; alerts: AlertBook; vision: VisionWatch; clock: Clock };

  constructor(options: { store: Store; alerts: AlertBook; vision: VisionWatch; clock: Clock }) {
    this.#options = options;
  }

  /** Empty when ready. */
  async reasons(): Promise<Reason[]> {
    return [...this.#visionReasons(), ...(await this.#diskReasons())];
  }

  #visionReasons(): Reason[] {
    const { vision, clock } = this.#options;
    if (vision.fault !== undefined) {
      const { code, message, action } = vision.fault;
      return [{ code, detail: action === undefined ? message : `${message} ${action}` }];
    }
    if (!vision.connected) {
      return [{ code: 'vision-down', detail: 'The vision process is being started.' }];
    }
    if (vision.status === undefined) {
      return [{ code: 'vision-starting', detail: 'The vision process opens its models.' }];
    }
    const silentMs = clock.now() - vision.heardAt;
    if (silentMs < visionSilentMs) return [];
    const seconds = Math.round(silentMs / 1000);
    return [{ code: 'vision-silent', detail: `The vision process said nothing for ${seconds} s.` }];
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
