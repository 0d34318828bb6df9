/**
 * Changes are committed one after the other, in the order they were said. While the disk is full or
 * the store away they wait; a hub that is passed over abandons them.
 */
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import type { Store } from '@maskwatch/store/store';
import { isAway, isDiskFull, isFenced } from '../store-faults.ts';

/** Between tries to commit. */
const retryMs = 1000;
/** What waits for a commit; more are lost, counted and logged. A violation is about 1 KB. */
const mostWaiting = 10_000;

export interface CommitLineOptions {
  store: Store;
  clock: Clock;
  logger: Logger;
  /** The store says that another hub has taken over: who knows better finds out. */
  onFenced?(): void;
}

/** What was waiting is another hub's by now: no loss. */
class Abandoned extends Error {}

export class CommitLine {
  readonly #options: CommitLineOptions;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #lost = 0;
  #diskFull = false;
  #away = false;
  #stopped = false;
  /** Raised when what waits is abandoned. */
  #round = 0;
  /** In which the change was said that has its turn; it may commit more than once. */
  #turn = 0;
  #wake = () => {};

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
    const round = this.#round;
    this.#tail = this.#tail
      .then(() => {
        this.#turn = round;
        return round === this.#round ? change() : undefined;
      })
      .catch((fault: unknown) => {
        if (!(fault instanceof Abandoned)) this.#lose(what, fault);
      })
      .finally(() => {
        this.#waiting -= 1;
      });
    return true;
  }

  /**
   * Of the change that has its turn. While the store is away it is tried again each second. On a
   * full disk: gives up the reserve, then tries the smaller change until there is room. Where the
   * service stops it is tried once more, but a store that is away is not waited for.
   */
  async commit<T>(whole: () => Promise<T>, smaller: () => Promise<T> = whole): Promise<T> {
    let change = whole;
    for (let tries = 1; ; tries += 1) {
      try {
        const done = await change();
        this.#noteAnswer();
        return done;
      } catch (fault) {
        if (this.noteDiskFull(fault)) change = smaller;
        if (await this.#goesOnAtOnce(fault, tries)) continue;
        if (this.#stopped && (tries > 1 || isAway(fault))) throw fault;
        if (!this.#stopped && this.#turn === this.#round) await this.#pause();
        if (this.#turn !== this.#round) throw new Abandoned();
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

  /** Answers when nothing of what waited can reach the store any more. */
  async abandon(): Promise<void> {
    this.#round += 1;
    this.#wake();
    await this.#tail;
  }

  /** Answers when all that was said has been committed, or cannot be. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#tail;
  }

  /** Whether to try again without a pause; throws what no second try helps. */
  async #goesOnAtOnce(fault: unknown, tries: number): Promise<boolean> {
    if (isDiskFull(fault)) {
      if (await this.giveUpReserve()) return true;
      if (tries === 1) this.#options.logger.error('the disk is full: an alert waits for room');
    } else if (isAway(fault)) {
      if (!this.#away) this.#options.logger.error({ fault }, 'changes wait for the store');
      this.#away = true;
    } else if (isFenced(fault)) {
      this.#options.onFenced?.();
    } else {
      throw fault;
    }
    return false;
  }

  #noteAnswer(): void {
    if (this.#away) this.#options.logger.info('the store takes changes again');
    this.#away = false;
  }

  #lose(what: string, fault: unknown): void {
    this.#lost += 1;
    const facts = { err: fault, what, lost: this.#lost };
    this.#options.logger.error(facts, 'a change of a violation was lost');
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.setTimer(resolve, retryMs);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
