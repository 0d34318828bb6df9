/** Changes are committed one after the other, in the order they were said; on a full disk they wait. */
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import type { Store } from '@maskwatch/store/store';
import { isDiskFull } from '../disk-full.ts';

/** Between tries to commit while the disk is full. */
const fullDiskRetryMs = 1000;
/** What waits for a commit; more are lost, counted and logged. A violation is about 1 KB. */
const mostWaiting = 10_000;

export interface CommitLineOptions {
  store: Store;
  clock: Clock;
  logger: Logger;
}

export class CommitLine {
  readonly #options: CommitLineOptions;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #lost = 0;
  #diskFull = false;
  #stopped = false;

  constructor(options: CommitLineOptions) {
    this.#options = options;
  }

  /** The last commit or picture found no room on the disk. */
  get diskFull(): boolean {
    return this.#diskFull;
  }

  /** Changes given up: too many waited, or they could not be committed for another reason. */
  get lost(): number {
    return this.#lost;
  }

  /** False when too many wait already: this one is lost. */
  enqueue(what: string, change: () => Promise<void>): boolean {
    if (this.#waiting >= mostWaiting) {
      this.#lose(what, new Error(`${mostWaiting} changes wait already`));
      return false;
    }
    this.#waiting += 1;
    this.#tail = this.#tail
      .then(change)
      .catch((fault: unknown) => this.#lose(what, fault))
      .finally(() => {
        this.#waiting -= 1;
      });
    return true;
  }

  /**
   * On a full disk: gives up the reserve, then tries the smaller change until there is room, or
   * once more where the service stops.
   */
  async commit<T>(whole: () => Promise<T>, smaller: () => Promise<T> = whole): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await (tries === 1 ? whole() : smaller());
      } catch (fault) {
        if (!this.noteDiskFull(fault)) throw fault;
        if (await this.giveUpReserve()) continue;
        if (tries === 1) this.#options.logger.error('the disk is full: an alert waits for room');
        if (this.#stopped && tries > 1) throw fault;
        if (!this.#stopped) await this.#pause();
      }
    }
  }

  /** Answers with false when it was given up before. */
  async giveUpReserve(): Promise<boolean> {
    const released = await this.#options.store.releaseReserve();
    if (released) {
      const sentence = 'the disk is full: the reserve is given up, alerts come without pictures';
      this.#options.logger.error(sentence);
    }
    return released;
  }

  /** Whether this fault is a full disk; remembered until there is room again. */
  noteDiskFull(fault: unknown): boolean {
    const full = isDiskFull(fault);
    this.#diskFull ||= full;
    return full;
  }

  /** To be asked now and then: makes the reserve again, and forgets that the disk was full. */
  async recover(): Promise<void> {
    if (this.#diskFull && (await this.#options.store.restoreReserve())) this.#diskFull = false;
  }

  /** Answers when all that was said has been committed, or cannot be. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#tail;
  }

  #lose(what: string, fault: unknown): void {
    this.#lost += 1;
    const facts = { err: fault, what, lost: this.#lost };
    this.#options.logger.error(facts, 'a change of a violation was lost');
  }

  #pause(): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => clock.setTimer(resolve, fullDiskRetryMs));
  }
}
