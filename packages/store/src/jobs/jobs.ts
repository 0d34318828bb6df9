/** `deliveries`: an endpoint has something due (its id); `retention`: a run is due. */
export type JobKind = 'deliveries' | 'retention';

/** For /metrics and readiness. */
export interface JobsStatus {
  /** Undefined where there is nothing to be connected to. */
  connected?: boolean;
  /** When the last wake-up was worked off; undefined before the first. */
  workedAt?: number;
  /** Wake-ups that could not be placed; the sweep heals them. */
  lost: number;
}

/**
 * Wakes what must happen later, in one of the processes that handle its kind. The truth about what
 * is due is in the store: a wake-up may come twice, late or not at all, and who is woken asks the
 * store; a sweep of the caller's own heals what was lost.
 */
export interface Jobs {
  /** At most one handler a kind; wake-ups come one at a time for the same id. */
  handle(kind: JobKind, work: (id: string) => Promise<void>): void;
  /** At about `at` (milliseconds since the epoch), at once where that has passed. Never throws. */
  wake(kind: JobKind, id: string, at: number): void;
  status(): JobsStatus;
  /** Takes nothing more; waits for the work under way. */
  close(): Promise<void>;
}
