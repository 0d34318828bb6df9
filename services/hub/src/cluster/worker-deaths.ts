/** Cameras over whose pictures inference workers keep dying, from what the workers say of it. */
import type { WorkerStatus } from '@maskwatch/contracts/scaled';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import type { CameraBoard } from '../cameras/camera-board.ts';
import type { InferenceView } from '../hub-context.ts';
import { Quarantine, withinMs } from '../quarantine.ts';

/** Workers say what they are each second. */
const readMs = 1000;
const detail =
  'Its pictures were being judged when inference workers died three times in a minute. ' +
  'It is left out for 5 minutes, then tried again.';

export interface WorkerDeathsOptions {
  cameraIds: readonly string[];
  inference(): Promise<InferenceView>;
  board: CameraBoard;
  /** Whether this hub is the active one, which says so in the log. */
  place: { readonly active: boolean };
  clock: Clock;
  logger: Logger;
}

/** Of the active hub, and of each that stands by, so that it knows as much when it takes over. */
export class WorkerDeaths {
  readonly #options: WorkerDeathsOptions;
  readonly #quarantine = new Quarantine();
  /** By worker, when the one before it died; forgotten when that counts no more. */
  readonly #counted = new Map<string, number>();
  /** Cameras that are kept out, since when. */
  readonly #kept = new Map<string, number>();
  #readAt = Number.NEGATIVE_INFINITY;
  #reading = false;

  constructor(options: WorkerDeathsOptions) {
    this.#options = options;
  }

  /** To be called twice a second. Answers with the cameras that are kept out now. */
  look(): ReadonlySet<string> {
    const { cameraIds, board, clock } = this.#options;
    const now = clock.now();
    if (now - this.#readAt >= readMs) void this.#read(now);
    const kept = new Set(this.#quarantine.kept(now, cameraIds));
    for (const id of this.#kept.keys()) if (!kept.has(id)) this.#kept.delete(id);
    for (const cameraId of kept) {
      const since = this.#kept.get(cameraId) ?? this.#begin(cameraId, now);
      // Each time: its owner speaks until it hears that it is the owner no more.
      board.ownerGone(cameraId, { state: 'offline', cause: 'quarantined', detail, since });
    }
    return kept;
  }

  #begin(cameraId: string, now: number): number {
    const { place, logger } = this.#options;
    this.#kept.set(cameraId, now);
    if (place.active) logger.error({ cameraId }, 'camera quarantined for 5 minutes');
    return now;
  }

  async #read(now: number): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    this.#readAt = now;
    // Without an answer nobody is known to have died.
    const { workers } = await this.#options.inference().catch(() => ({ workers: [] }));
    this.#reading = false;
    for (const worker of workers) this.#hear(worker);
    for (const [id, diedAt] of this.#counted) {
      // Twice: it is told by clocks and readings that differ by some seconds.
      if (this.#options.clock.now() - diedAt > 2 * withinMs) this.#counted.delete(id);
    }
  }

  #hear({ id, at, died }: WorkerStatus): void {
    if (died === undefined || at - died.at > withinMs || this.#counted.has(id)) return;
    const { cameraIds, clock } = this.#options;
    // Both times are of the worker's clock, which is not this one.
    const diedAt = clock.now() - (at - died.at);
    this.#counted.set(id, diedAt);
    this.#quarantine.died(
      diedAt,
      cameraIds.filter((cameraId) => died.cameraIds.includes(cameraId)),
    );
  }
}
