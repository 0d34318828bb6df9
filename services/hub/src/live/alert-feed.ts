/**
 * What changes of alerts, told to the viewers of this hub in the order of the store, each change
 * once, whoever committed it. Who commits announces it; what was announced and lost is found by
 * asking the store now and then.
 */
import type { Alert } from '@maskwatch/contracts/alert';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf } from '@maskwatch/platform/problem';
import type { Store } from '@maskwatch/store/store';
import { isAway } from '../store-faults.ts';

/** Alerts of one question. */
const pageSize = 200;

export interface AlertFeedOptions {
  store: Pick<Store, 'alerts' | 'alertCounts'>;
  logger: Logger;
  /** To this hub's viewers; `follows` is the sequence that they were told before. */
  tell(alert: Alert, follows: number): void;
  /** To the other hubs: the store has a change of this sequence. */
  announce(sequence: number): void;
}

export class AlertFeed {
  readonly #options: AlertFeedOptions;
  /** The sequence that was told last; undefined before the start. */
  #told: number | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(options: AlertFeedOptions) {
    this.#options = options;
  }

  /** What is in the store by now is told to nobody: viewers ask for it when they come. */
  async start(): Promise<void> {
    this.#told = (await this.#options.store.alertCounts()).sequence;
  }

  /** This hub has committed a change. */
  changed(sequence: number): void {
    this.#options.announce(sequence);
    this.announced(sequence);
  }

  /** Some hub has. */
  announced(sequence: number): void {
    if (this.#told !== undefined && sequence > this.#told) this.look();
  }

  /** Asks the store what has changed; one question at a time, and one more where asked meanwhile. */
  look(): void {
    if (this.#stopped || this.#told === undefined) return;
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Answers when what was committed before is told. */
  async stop(): Promise<void> {
    this.look();
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      try {
        await this.#read();
      } catch (fault) {
        if (isAway(fault)) return;
        this.#options.logger.warn({ fault: messageOf(fault) }, 'changed alerts could not be read');
      }
    }
  }

  async #read(): Promise<void> {
    const { store, tell } = this.#options;
    let page: Alert[];
    do {
      page = await store.alerts({ after: this.#told!, limit: pageSize });
      for (const alert of page) {
        tell(alert, this.#told!);
        this.#told = alert.sequence;
      }
    } while (page.length === pageSize);
  }
}
