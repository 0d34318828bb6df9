import { type EndpointConfig, usualPublicUrl } from '@maskwatch/contracts/config';
import type { Delivery } from '@maskwatch/contracts/delivery';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import type { Jobs } from '@maskwatch/store/jobs/jobs';
import type { Store } from '@maskwatch/store/store';
import { DestinationGuard, type Resolve } from './destination-guard.ts';
import { type DeliveryCounters, EndpointQueue } from './endpoint-queue.ts';
import { Retention, type RetentionLimits, retentionEveryMs } from './retention.ts';
import { StoreOutage } from './store-outage.ts';
import { testMessage } from './test-message.ts';

/** Heals whatever wake-up was lost, and sees whether the store answers. */
const usualSweepMs = 5000;
const awaySweepMs = 1000;

/** Attempts under way may finish this long when the service stops. */
const drainMs = 5000;

export interface DeliveriesOptions {
  store: Store;
  jobs: Jobs;
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
  sweepMs?: number;
}

/** For readiness and /metrics, as of the last sweep. */
export interface DeliveriesHealth {
  /** The store did not answer. */
  away: boolean;
  /** Age of the oldest delivery that is due and that nobody works on, in milliseconds. */
  oldestDueMs: number;
  /** An endpoint is so slow that others of its deliveries wait for a place: that is no fault here. */
  full: boolean;
  /** Since the last sweep, in milliseconds. */
  sweptMs: number;
}

/**
 * From outbox to webhooks. The truth about what is due when is in the store: a wake-up makes one of
 * the processes look, and a sweep of each heals what wake-ups missed.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #queues: Map<string, EndpointQueue>;
  /** Since this start, for /metrics. */
  readonly counters: DeliveryCounters = { attempts: 0, delivered: 0, failed: 0, givenUp: 0 };
  readonly #retention: Retention | undefined;
  readonly #outage: StoreOutage;
  #period = 0;
  #running = false;
  #oldestDueAt: number | undefined;
  #sweptAt: number;
  #sweeping: Promise<void> | undefined;
  #cancelTimer = () => {};

  constructor(options: DeliveriesOptions) {
    const { endpoints, retention, jobs, clock } = options;
    this.#options = options;
    this.#logger = options.logger.child({ part: 'deliveries' });
    this.#outage = new StoreOutage(clock);
    this.#sweptAt = clock.now();
    const shared = {
      ...options,
      guard: new DestinationGuard(options.allow, options.resolve),
      logger: this.#logger,
      signal: this.#stopping.signal,
      counters: this.counters,
      mayClaim: () => this.#running && this.#outage.mayClaim,
      onLater: (id: string, at: number) => jobs.wake('deliveries', id, at),
      onProblem: (problem: Problem) => void this.#giveWay(problem),
    };
    this.#queues = new Map(
      endpoints.map((endpoint) => [endpoint.id, new EndpointQueue({ ...shared, endpoint })]),
    );
    if (retention) this.#retention = new Retention({ ...shared, limits: retention });
  }

  get health(): DeliveriesHealth {
    const now = this.#options.clock.now();
    return {
      away: this.#outage.away,
      oldestDueMs: now - (this.#oldestDueAt ?? now),
      full: [...this.#queues.values()].some((queue) => queue.full),
      sweptMs: now - this.#sweptAt,
    };
  }

  /** Resolves after a first look at the store. */
  async start(): Promise<void> {
    this.#running = true;
    const { jobs } = this.#options;
    jobs.handle('deliveries', async (id) => this.#queues.get(id)?.look());
    if (this.#retention) {
      jobs.handle('retention', async (period) => this.#retention?.runOnce(Number(period)));
    }
    await this.#sweepAgain();
  }

  /** Something was committed: look at once. */
  wake(): void {
    const { jobs, clock } = this.#options;
    for (const id of this.#queues.keys()) jobs.wake('deliveries', id, clock.now());
  }

  /** Puts a test message into the outbox; throws `endpoint-unknown`. */
  async sendTest(endpointId: string): Promise<Delivery> {
    const { store, clock, jobs, publicUrl = usualPublicUrl } = this.#options;
    if (!this.#queues.has(endpointId)) {
      throw new Problem('endpoint-unknown', `There is no endpoint "${endpointId}".`, {
        status: 404,
        action: 'Use the id of an endpoint in the config.',
      });
    }
    const message = testMessage({ endpointId, publicUrl, now: clock.now() });
    const delivery = await store.addDelivery(message);
    jobs.wake('deliveries', endpointId, clock.now());
    return delivery;
  }

  /** Of the active hub: cancels what waits for endpoints that the config no longer has. */
  async takeOver(): Promise<void> {
    try {
      const cancelled = await this.#options.store.cancelExcept([...this.#queues.keys()]);
      if (cancelled > 0)
        this.#logger.warn({ cancelled }, 'removed endpoints: deliveries cancelled');
    } catch (error) {
      // A full disk must not keep the service from starting; the next start cancels them.
      if (!(error instanceof Problem)) throw error;
      await this.#giveWay(error);
    }
  }

  /** Takes nothing new, lets attempts under way finish for 5 s, then cuts them off. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer();
    const cancel = this.#options.clock.setTimer(() => {
      this.#stopping.abort(new Error('The service stopped during this attempt.'));
    }, drainMs);
    await this.#sweeping;
    await Promise.all([...this.#queues.values()].map((queue) => queue.idle()));
    cancel();
    this.#stopping.abort();
    await this.#retention?.idle();
  }

  #sweepAgain(): Promise<void> {
    const { clock, sweepMs = usualSweepMs } = this.#options;
    this.#sweeping = this.#sweep().then(() => {
      if (!this.#running) return;
      const waitMs = this.#outage.mayClaim ? sweepMs : Math.min(sweepMs, awaySweepMs);
      this.#cancelTimer = clock.setTimer(() => void this.#sweepAgain(), waitMs);
    });
    return this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { store, clock } = this.#options;
    try {
      const next = await store.nextDueAt();
      this.#outage.over();
      const now = clock.now();
      this.#sweptAt = now;
      this.#oldestDueAt = next !== undefined && next <= now ? next : undefined;
      if (this.#oldestDueAt !== undefined) this.#lookEverywhere();
      await store.restoreReserve();
      this.#retain(now);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      await this.#giveWay(error);
    }
  }

  #lookEverywhere(): void {
    for (const queue of this.#queues.values()) void queue.look();
  }

  /** Each period has one run in one of the processes, or in each where none can be told. */
  #retain(now: number): void {
    const period = Math.floor(now / retentionEveryMs);
    if (this.#retention === undefined || period <= this.#period) return;
    this.#period = period;
    const { jobs } = this.#options;
    if (jobs.status().connected === false) void this.#retention.runOnce(period);
    else jobs.wake('retention', String(period), period * retentionEveryMs);
  }

  async #giveWay(problem: Problem): Promise<void> {
    const news = problem.code !== 'store-unreachable' || this.#outage.began();
    const fields = { code: problem.code, error: messageOf(problem) };
    if (news) this.#logger.error(fields, 'the store does not take what deliveries write');
    if (problem.code !== 'store-full') return;
    if (await this.#options.store.releaseReserve()) this.#lookEverywhere();
  }
}
