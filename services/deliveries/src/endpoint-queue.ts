import type { EndpointConfig } from '@maskwatch/contracts/config';
import type { DeliveryState } from '@maskwatch/contracts/delivery';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';
import type { AttemptResult, DueDelivery, Store } from '@maskwatch/store/store';
import { type Outcome, outcomeOf } from './attempt-outcome.ts';
import type { DestinationGuard } from './destination-guard.ts';
import { type Answer, sendAttempt } from './send-attempt.ts';

/** Enough to catch up after an outage, few enough not to flood a small receiver. */
const concurrency = 4;

/**
 * Twice what an attempt can take: a claim is repeated only when its process is gone, or cut off
 * from the store alone.
 */
const leaseMs = 30_000;

/** Between tries to write down an answer: while the disk is full, and while the store is away. */
const fullAgainMs = 5000;
const awayAgainMs = 1000;

/** So long it is tried after the service has stopped; then the claim ends and another repeats it. */
const lastTriesMs = 4000;

/** Counts that only grow; every attempt is one of the other three. */
export interface DeliveryCounters {
  attempts: number;
  delivered: number;
  /** Failed, with another attempt to come. */
  failed: number;
  givenUp: number;
}

export interface EndpointQueueOptions {
  endpoint: EndpointConfig;
  store: Store;
  guard: DestinationGuard;
  clock: Clock;
  logger: Logger;
  /** From 0 to 1. */
  random: () => number;
  /** Ends attempts under way. */
  signal: AbortSignal;
  counters: DeliveryCounters;
  /** Not while the service stops, nor while others go first. */
  mayClaim(): boolean;
  /** Written down: the next attempt is due at this time. */
  onLater(endpointId: string, at: number): void;
  /** The store did not take what was asked of it. */
  onProblem(problem: Problem): void;
}

/** The deliveries of one endpoint: it waits for nobody, and nobody waits for it. */
export class EndpointQueue {
  readonly #options: EndpointQueueOptions;
  readonly #logger: Logger;
  /** At most `concurrency`, by delivery id. */
  readonly #inFlight = new Map<string, Promise<void>>();
  #looking: Promise<void> | undefined;
  #again = false;

  constructor(options: EndpointQueueOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ endpointId: options.endpoint.id });
  }

  /** No more fit: what is due waits for a place. */
  get full(): boolean {
    return this.#inFlight.size >= concurrency;
  }

  /** Claims and starts what is due and fits; said during a look, another follows it. */
  look(): Promise<void> {
    this.#again = true;
    if (!this.#options.mayClaim()) return Promise.resolve();
    this.#looking ??= this.#looks();
    return this.#looking;
  }

  /** Resolves when no attempt is under way. */
  async idle(): Promise<void> {
    await this.#looking;
    await Promise.all(this.#inFlight.values());
  }

  async #looks(): Promise<void> {
    while (this.#again && this.#options.mayClaim()) {
      this.#again = false;
      try {
        await this.#startDue();
      } catch (fault) {
        if (!(fault instanceof Problem)) throw fault;
        this.#options.onProblem(fault);
      }
    }
    this.#looking = undefined;
  }

  async #startDue(): Promise<void> {
    const { endpoint, store, clock } = this.#options;
    const limit = concurrency - this.#inFlight.size;
    if (limit <= 0) return;
    const now = clock.now();
    const claim = { endpointId: endpoint.id, now, leaseUntil: now + leaseMs, limit };
    for (const due of await store.claimDue(claim)) {
      const { id } = due.delivery;
      // Its answer waits to be written down: sending it again would only repeat it.
      if (this.#inFlight.has(id)) continue;
      const over = this.#deliver(due).finally(() => {
        this.#inFlight.delete(id);
        // Its place is free, and the end of its alert may be due now.
        void this.look();
      });
      this.#inFlight.set(id, over);
    }
  }

  async #deliver({ delivery, body }: DueDelivery): Promise<void> {
    const { endpoint, clock, guard, signal, random } = this.#options;
    const number = delivery.attempts.length + 1;
    const startedAt = clock.now();
    const message = { id: delivery.id, body, url: endpoint.url, secret: endpoint.secret };
    const answer = await sendAttempt(message, { clock, guard, signal });
    const now = clock.now();
    // Cut off by our own stop: that says nothing of the receiver, so the next start goes on at once.
    const outcome: Outcome =
      signal.aborted && answer.status === undefined
        ? { state: 'waiting', nextAttemptAt: now }
        : outcomeOf(answer, { number, now, random: random() });
    const { status, error } = answer;
    const attempt = {
      number,
      startedAt,
      durationMs: now - startedAt,
      ...(status !== undefined && { status }),
      ...(error !== undefined && { error }),
    };
    this.#count(outcome.state);
    this.#log(delivery.id, number, { answer, outcome });
    await this.#record({ deliveryId: delivery.id, attempt, ...outcome });
  }

  #count(state: DeliveryState): void {
    const { counters } = this.#options;
    counters.attempts += 1;
    if (state === 'delivered') counters.delivered += 1;
    else if (state === 'given-up') counters.givenUp += 1;
    else counters.failed += 1;
  }

  #log(deliveryId: string, number: number, what: { answer: Answer; outcome: Outcome }): void {
    const { state, nextAttemptAt } = what.outcome;
    const fields = { deliveryId, attempt: number, ...what.answer, state, nextAttemptAt };
    if (state === 'delivered') this.#logger.info(fields, 'delivered');
    else if (state === 'given-up') this.#logger.error(fields, 'delivery given up');
    else this.#logger.warn(fields, 'attempt failed');
  }

  /** Holds on to the answer until the store takes it: forgetting it would repeat the delivery. */
  async #record(result: AttemptResult): Promise<void> {
    const { store, clock, signal, endpoint, onLater, onProblem } = this.#options;
    let giveUpAt: number | undefined;
    for (let tries = 1; ; tries += 1) {
      try {
        await store.recordAttempt(result);
        if (result.nextAttemptAt !== undefined) onLater(endpoint.id, result.nextAttemptAt);
        return;
      } catch (fault) {
        if (!(fault instanceof Problem)) throw fault;
        if (tries === 1) this.#logUnrecorded(result.deliveryId, fault);
        if (fault.code === 'store-unreachable') onProblem(fault);
        if (fault.code === 'store-full' && (await store.releaseReserve())) continue;
        if (signal.aborted) giveUpAt ??= clock.now() + lastTriesMs;
        if (clock.now() >= (giveUpAt ?? Number.POSITIVE_INFINITY)) return;
        await this.#pause(fault.code === 'store-unreachable' ? awayAgainMs : fullAgainMs);
      }
    }
  }

  #logUnrecorded(deliveryId: string, { code, message }: Problem): void {
    const fields = { deliveryId, code, error: message };
    this.#logger.error(fields, 'attempt could not be written down yet');
  }

  /** A stop ends it: then it is tried at once, and each second. */
  #pause(ms: number): Promise<void> {
    const { clock, signal } = this.#options;
    return new Promise((resolve) => {
      const cancel = clock.setTimer(done, signal.aborted ? awayAgainMs : ms);
      function done() {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      }
      if (!signal.aborted) signal.addEventListener('abort', done, { once: true });
    });
  }
}
