import { type EndpointConfig, usualPublicUrl } from '@maskwatch/contracts/config';
import type { Delivery } from '@maskwatch/contracts/delivery';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import type { Store } from '@maskwatch/store/store';
import { DestinationGuard, type Resolve } from './destination-guard.ts';
import { type DeliveryCounters, EndpointQueue } from './endpoint-queue.ts';
import { Retention, type RetentionLimits } from './retention.ts';
import { testMessage } from './test-message.ts';

/** Heals whatever wake-up was missed, and gives the store its reserve back. */
const sweepMs = 30_000;

/** Attempts under way may finish this long when the service stops. */
const drainMs = 5000;

export interface DeliveriesOptions {
  store: Store;
  endpoints: EndpointConfig[];
  /** CIDRs of `endpoints.allow`. */
  allow: string[];
  clock: Clock;
  logger: Logger;
  /** From 0 to 1, for the jitter of retries. */
  random: () => number;
  /** Where evidence lies, and how long it stays; nothing is removed where absent. */
  retention?: RetentionLimits;
  /** Where people open the page; a test message links to it. */
  publicUrl?: string;
  /** How names become addresses; the machine's own way where absent. */
  resolve?: Resolve;
}

/**
 * From outbox to webhooks. The truth about what is due when is in the store: a timer follows it, a
 * wake-up after a commit is quicker, a sweep heals what both missed.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #queues: EndpointQueue[];
  /** Since this start, for /metrics. */
  readonly counters: DeliveryCounters = { attempts: 0, delivered: 0, failed: 0, givenUp: 0 };
  readonly #retention: Retention | undefined;
  #running = false;
  #again = false;
  #round: Promise<void> | undefined;
  #cancelTimer = () => {};

  constructor(options: DeliveriesOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ part: 'deliveries' });
    const guard = new DestinationGuard(options.allow, options.resolve);
    const shared = {
      ...options,
      guard,
      logger: this.#logger,
      signal: this.#stopping.signal,
      counters: this.counters,
    };
    this.#queues = options.endpoints.map(
      (endpoint) => new EndpointQueue({ ...shared, endpoint, onSettled: () => this.wake() }),
    );
    if (options.retention) {
      this.#retention = new Retention({ ...shared, limits: options.retention });
    }
  }

  async start(): Promise<void> {
    await this.#cancelRemoved();
    this.#running = true;
    this.wake();
  }

  /** Something was committed: look at once. */
  wake(): void {
    if (!this.#running) return;
    this.#again = true;
    this.#round ??= this.#rounds().finally(() => {
      this.#round = undefined;
      // Woken after the last look but before this line.
      if (this.#again) this.wake();
    });
  }

  /** Puts a test message into the outbox; throws `endpoint-unknown`. */
  async sendTest(endpointId: string): Promise<Delivery> {
    const { store, endpoints, clock, publicUrl = usualPublicUrl } = this.#options;
    if (!endpoints.some((endpoint) => endpoint.id === endpointId)) {
      throw new Problem('endpoint-unknown', `There is no endpoint "${endpointId}".`, {
        status: 404,
        action: 'Use the id of an endpoint in the config.',
      });
    }
    const message = testMessage({ endpointId, publicUrl, now: clock.now() });
    const delivery = await store.addDelivery(message);
    this.wake();
    return delivery;
  }

  /** Takes nothing new, lets attempts under way finish for 5 s, then cuts them off. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer();
    const cancel = this.#options.clock.setTimer(() => {
      this.#stopping.abort(new Error('The service stopped during this attempt.'));
    }, drainMs);
    await this.#round;
    await Promise.all(this.#queues.map((queue) => queue.idle()));
    cancel();
    this.#stopping.abort();
    await this.#retention?.idle();
  }

  async #cancelRemoved(): Promise<void> {
    const { store, endpoints } = this.#options;
    try {
      const cancelled = await store.cancelExcept(endpoints.map((endpoint) => endpoint.id));
      if (cancelled > 0)
        this.#logger.warn({ cancelled }, 'removed endpoints: deliveries cancelled');
    } catch (error) {
      // A full disk must not keep the service from starting; the next start cancels them.
      if (!(error instanceof Problem)) throw error;
      await this.#giveWay(error);
    }
  }

  async #rounds(): Promise<void> {
    while (this.#again && this.#running) {
      this.#again = false;
      this.#cancelTimer();
      let waitMs = sweepMs;
      try {
        waitMs = await this.#startAllDue();
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        await this.#giveWay(error);
      }
      if (this.#running)
        this.#cancelTimer = this.#options.clock.setTimer(() => this.wake(), waitMs);
    }
  }

  /** Milliseconds until the next look. */
  async #startAllDue(): Promise<number> {
    const { store, clock } = this.#options;
    const now = clock.now();
    for (const queue of this.#queues) await queue.startDue(now);
    await store.restoreReserve();
    this.#retention?.runWhenDue();
    // What is due already waits for a free place at its endpoint, and is woken by it.
    const next = (await store.nextDueAt(now)) ?? Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(sweepMs, next - clock.now()));
  }

  async #giveWay(problem: Problem): Promise<void> {
    const fields = { code: problem.code, error: messageOf(problem) };
    this.#logger.error(fields, 'the store does not take what deliveries write');
    if (problem.code !== 'store-full') return;
    if (await this.#options.store.releaseReserve()) this.#again = true;
  }
}
