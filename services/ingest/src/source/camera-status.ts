/** The state that people see of a camera, from what its supervisor notices. */
import type { CameraCause } from '@maskwatch/contracts/camera';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import type { FailureReason } from './failure-reason.ts';
import type { SourceStatus } from './frame-source.ts';

/** Causes that say nothing about whether the camera is there: silence decides. */
const VAGUE: readonly CameraCause[] = ['timeout', 'ended', 'other', 'frozen', 'connecting'];

function isVague(cause: CameraCause | undefined): boolean {
  return cause === undefined || VAGUE.includes(cause);
}

export const SILENT: FailureReason = {
  cause: 'timeout',
  detail:
    'The address takes connections, but no picture comes. Restart the camera; it is tried again by itself.',
};

export const FROZEN: FailureReason = {
  cause: 'frozen',
  detail: 'The picture has been the same to the bit for a minute. Restart the camera.',
};

export const DAMAGED: FailureReason = {
  cause: 'damaged',
  detail:
    'Most pictures arrive damaged, so none is judged. Check cable and network of the camera, and restart it; watching goes on by itself.',
};

export interface CameraStatusOptions {
  clock: Clock;
  logger: Logger;
  onStatus: (status: SourceStatus) => void;
}

export class CameraStatus {
  readonly #options: CameraStatusOptions;
  #current: SourceStatus;
  #lastFailure: FailureReason | undefined;

  constructor(options: CameraStatusOptions) {
    this.#options = options;
    const detail = 'The first picture is awaited.';
    this.#current = { state: 'offline', cause: 'connecting', detail, since: options.clock.now() };
  }

  get current(): SourceStatus {
    return this.#current;
  }

  live(): void {
    this.#lastFailure = undefined;
    this.#become('live');
  }

  frozen(): void {
    this.#become('frozen', FROZEN);
  }

  /** Pictures come, and none can be used. */
  damaged(): void {
    this.#lastFailure = undefined;
    this.#become('stalled', DAMAGED);
  }

  /** A try failed. A vague cause ends no state (a short gap is not worth a word) and hides none. */
  failed(reason: FailureReason): void {
    this.#lastFailure = reason;
    const { state, cause } = this.#current;
    const replaces = state === 'offline' && isVague(cause);
    if (!isVague(reason.cause) || replaces) this.#become('offline', reason);
  }

  /** No picture for the deadline; `unreachable` where the address takes no connection either. */
  silent(unreachable: FailureReason | undefined): void {
    if (unreachable !== undefined) {
      this.#become('offline', unreachable);
      return;
    }
    const last = this.#lastFailure;
    // Refused by password or path: that it takes connections is nothing new.
    if (last !== undefined && !isVague(last.cause)) return;
    this.#become('stalled', last === undefined || last.cause === 'timeout' ? SILENT : last);
  }

  #become(state: SourceStatus['state'], reason?: FailureReason): void {
    const from = this.#current;
    if (from.state === state && from.cause === reason?.cause) return;
    const since = from.state === state ? from.since : this.#options.clock.now();
    this.#current = { state, ...reason, since };
    const facts = { from: from.state, to: state, cause: reason?.cause, detail: reason?.detail };
    if (state === 'live') this.#options.logger.info(facts, 'camera state changed');
    else this.#options.logger.warn(facts, 'camera state changed');
    this.#options.onStatus(this.#current);
  }
}
