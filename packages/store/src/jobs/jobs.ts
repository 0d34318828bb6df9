/** `deliveries`: an endpoint has something due (its id); `retention`: a run is due (its period). */
export type JobKind = 'deliveries' | 'retention';

export type JobWork = (id: string) => Promise<void>;

/** For /metrics and readiness; counts since the start. */
export interface JobsStatus {
  /** Undefined where there is nothing to be connected to. */
  connected?: boolean;
  /** When the last wake-up was worked off; undefined before the first. */
  workedAt?: number;
  /** Wake-ups that could not be placed; the sweep heals them. */
  lost: number;
  /** Workers that stood still and were replaced. */
  rebuilt: number;
}

/**
 * Wakes what must happen later, in one of the processes that handle its kind. The truth about what
 * is due is in the store: a wake-up may come twice, late or not at all, and who is woken asks the
 * store; a sweep of the caller's own heals what was lost.
 */
export interface Jobs {
  /**
   * At most one handler a kind. In one process wake-ups come one at a time for the same id, and
   * those that wait together come as one; work that throws is logged, and stops nothing else.
   */
  handle(kind: JobKind, work: JobWork): void;
  /**
   * At about `at` (milliseconds since the epoch), never before it, at once where that has passed.
   * The same one said again while it waits comes once. Never throws.
   */
  wake(kind: JobKind, id: string, at: number): void;
  status(): JobsStatus;
  /** Takes nothing more; waits for the work under way, but not for ever. */
  close(): Promise<void>;
}
