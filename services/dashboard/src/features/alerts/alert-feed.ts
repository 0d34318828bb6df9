import type { Alert } from '@maskwatch/contracts/alert';
import type { AlertPage } from '@maskwatch/contracts/http';

/** Pages that one catching up reads; past it everything is loaded afresh. */
const pageLimit = 5;
/** Alerts whose arrival is remembered, so that none is announced twice. */
const seenLimit = 2000;

export interface AlertFeedOptions {
  /** The alerts that are new now, and the highest sequence. */
  start(): Promise<AlertPage>;
  /** Up to 200 changes after a sequence, the oldest first. */
  changesAfter(sequence: number): Promise<AlertPage>;
  /** Shows changed alerts; called with each change, perhaps twice, in no strict order. */
  apply(alerts: Alert[]): void;
  /** Whatever was asked for before now may be too old: it must be asked for again. */
  reload(): void;
  /** People have not heard of these yet. */
  announce(alerts: Alert[]): void;
  /** Milliseconds since the epoch, by the service's clock. */
  now(): number;
  /** Calls again later, after a request failed. */
  retry(again: () => void): void;
}

/**
 * The changes of all alerts, without gap and without announcing one twice. The socket may lose
 * messages while it is away: after each connection, and at each gap in the sequence, the store is
 * asked for what came after the last change that is known to follow on without a gap.
 */
export class AlertFeed {
  readonly #options: AlertFeedOptions;
  readonly #seen = new Set<string>();
  #sequence: number | undefined;
  #watchingSince: number | undefined;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(options: AlertFeedOptions) {
    this.#options = options;
  }

  /** Brings everything up to date; one at a time, and once more where asked meanwhile. */
  catchUp(): Promise<void> {
    this.#again = this.#running !== undefined;
    this.#running ??= this.#catchUp().finally(() => {
      this.#running = undefined;
      if (this.#again) void this.catchUp();
    });
    return this.#running;
  }

  /** Takes a change that came by the socket, and which change was told before it. */
  receive(alert: Alert, follows: number): void {
    this.#take([alert]);
    if (this.#running !== undefined || this.#sequence === undefined) return;
    if (follows > this.#sequence) void this.catchUp();
    else this.#sequence = Math.max(this.#sequence, alert.sequence);
  }

  async #catchUp(): Promise<void> {
    try {
      if (this.#sequence === undefined) await this.#begin();
      else await this.#readOn(this.#sequence);
    } catch {
      this.#options.retry(() => void this.catchUp());
    }
  }

  async #begin(): Promise<void> {
    this.#watchingSince ??= this.#options.now();
    const page = await this.#options.start();
    for (const alert of page.alerts) this.#remember(alert.id);
    this.#options.apply(page.alerts);
    this.#sequence = page.sequence;
    // What the page loaded before this answer may lack changes that are not told again.
    this.#options.reload();
  }

  async #readOn(from: number): Promise<void> {
    let sequence = from;
    for (let pages = 0; pages < pageLimit; pages += 1) {
      const page = await this.#options.changesAfter(sequence);
      this.#take(page.alerts);
      sequence = page.alerts.reduce((most, alert) => Math.max(most, alert.sequence), sequence);
      this.#sequence = sequence;
      if (page.alerts.length === 0 || sequence >= page.sequence) {
        this.#sequence = Math.max(sequence, page.sequence);
        return;
      }
    }
    this.#sequence = undefined;
    await this.#begin();
  }

  #take(alerts: Alert[]): void {
    if (alerts.length === 0) return;
    const arrived = alerts.filter((alert) => this.#isArrival(alert));
    for (const alert of alerts) this.#remember(alert.id);
    this.#options.apply(alerts);
    if (arrived.length > 0) this.#options.announce(arrived);
  }

  /** Nobody has handled it, it was not shown before, and it opened while this page was watching. */
  #isArrival(alert: Alert): boolean {
    if (this.#seen.has(alert.id) || alert.handling !== 'new') return false;
    if (alert.handledAt !== undefined || this.#watchingSince === undefined) return false;
    return alert.condition === 'firing' || alert.violation.openedAt >= this.#watchingSince;
  }

  #remember(id: string): void {
    this.#seen.delete(id);
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > seenLimit && oldest !== undefined) this.#seen.delete(oldest);
  }
}
