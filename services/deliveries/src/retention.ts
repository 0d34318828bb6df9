import type { Evidence } from '@maskwatch/contracts/alert';
import type { Config } from '@maskwatch/contracts/config';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import type { EvidenceFiles } from '@maskwatch/store/evidence-files';
import type { Store } from '@maskwatch/store/store';

/** `pictures` and `alerts` in milliseconds, `picturesLimit` in bytes, as the config has them. */
export type RetentionLimits = Config['retention'] & { files: EvidenceFiles };

/** Often enough that a limit in bytes is a limit, seldom enough to cost nothing. */
export const retentionEveryMs = 5 * 60_000;

/** A walk through all files finds what no row knows: a crash between file and commit leaves it. */
const walkEveryMs = 24 * 3_600_000;

/** Rows in one transaction. */
const batch = 100;

export interface RetentionOptions {
  store: Store;
  clock: Clock;
  logger: Logger;
  limits: RetentionLimits;
  /** Ends a run between two of its steps. */
  signal?: AbortSignal;
}

/** Pictures go by age and by amount, oldest first, files before rows; then alerts by age. */
export class Retention {
  readonly #options: RetentionOptions;
  #nextWalkAt = 0;
  /** The newest period of which there was a run. */
  #period = 0;
  #running: Promise<void> | undefined;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Resolves after the run of this period, which is none where there was one, or one is under way. */
  async runOnce(period: number): Promise<void> {
    if (period <= this.#period || this.#running !== undefined) return this.#running;
    this.#period = period;
    this.#running = this.run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async run(): Promise<void> {
    const { store, clock, logger, limits } = this.#options;
    const now = clock.now();
    // Evidence never outlives its alert.
    const pictureAge = Math.min(limits.pictures, limits.alerts);
    try {
      const old = await this.#removeWhile(() => store.evidenceBefore(now - pictureAge, batch));
      const most = await this.#removeWhile(() => this.#aboveLimit());
      const alerts = await this.#forgetAlerts(now - limits.alerts);
      const strays = now < this.#nextWalkAt ? 0 : await this.#removeStrays(now - pictureAge);
      if (old + most + alerts + strays > 0) {
        logger.info({ old, aboveLimit: most, alerts, strays }, 'retention removed');
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      logger.error({ code: error.code, error: messageOf(error) }, 'retention broke off');
    }
  }

  /** The oldest evidence that must go so that the rest stays below the limit. */
  async #aboveLimit(): Promise<Evidence[]> {
    const { store, limits } = this.#options;
    let excess = (await store.evidenceBytes()) - limits.picturesLimit;
    if (excess <= 0) return [];
    const oldest = await store.oldestEvidence(batch);
    return oldest.filter((evidence) => {
      const goes = excess > 0;
      excess -= evidence.bytes;
      return goes;
    });
  }

  /** Files first: a row without its file is found again, a file without its row is not. */
  async #removeWhile(next: () => Promise<Evidence[]>): Promise<number> {
    let total = 0;
    for (;;) {
      if (this.#stopped) return total;
      const removed: string[] = [];
      const found = await next();
      for (const evidence of found) {
        if (await this.#removeFile(evidence.path)) removed.push(evidence.id);
      }
      if (removed.length === 0) return total;
      await this.#options.store.forgetEvidence(removed);
      total += removed.length;
    }
  }

  async #forgetAlerts(startedBefore: number): Promise<number> {
    let total = 0;
    for (;;) {
      if (this.#stopped) return total;
      const forgotten = await this.#options.store.forgetAlerts(startedBefore);
      if (forgotten === 0) return total;
      total += forgotten;
    }
  }

  async #removeStrays(changedBefore: number): Promise<number> {
    const { limits, clock } = this.#options;
    this.#nextWalkAt = clock.now() + walkEveryMs;
    let removed = 0;
    for (const path of await limits.files.writtenBefore(changedBefore)) {
      if (this.#stopped) break;
      if (await this.#removeFile(path)) removed += 1;
    }
    return removed;
  }

  get #stopped(): boolean {
    return this.#options.signal?.aborted === true;
  }

  /** False when the file is still there. */
  async #removeFile(path: string): Promise<boolean> {
    const { logger, limits } = this.#options;
    try {
      await limits.files.remove(path);
      return true;
    } catch (error) {
      logger.error({ path, error: messageOf(error) }, 'evidence file could not be removed');
      return false;
    }
  }
}
