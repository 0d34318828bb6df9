import type { EndpointConfig } from '@maskwatch/contracts/config';
import type { DeliveryState } from '@maskwatch/contracts/delivery';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import type { AttemptResult, DueDelivery, Store } from '@maskwatch/store/store';
import { type Outcome, outcomeOf } from './attempt-outcome.ts';
import type { DestinationGuard } from './destination-guard.ts';
import { type Answer, sendAttempt } from './send-attempt.ts';

/** Enough to catch up after an outage, few enough not to flood a small receiver. */
const concurrency = 4;

/** Longer than an attempt can take: a claim is repeated only when its process is gone. */
const leaseMs = 30_000;

/** Between tries to write down an answer while the disk is full. */
const recordAgainMs = 5000;

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
  /** An attempt is over and written down: something else may be due now. */
  onSettled: () => void;
}

/** The deliveries of one endpoint: it waits for nobody, and nobody waits for it. */
export class EndpointQueue {
  readonly #options: EndpointQueueOptions;
  readonly #logger: Logger;
  /** At most `concurrency`, by delivery id. */
  readonly #inFlight = new Map<string, Promise<void>>();

  constructor(options: EndpointQueueOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ endpointId: options.endpoint.id });
  }

  /** Claims and starts what is due and fits; does not wait for its end. */
  async startDue(now: number): Promise<void> {
    const limit = concurrency - this.#inFlight.size;
    if (limit <= 0) return;
    const { endpoint, store } = this.#options;
    const claim = { endpointId: endpoint.id, now, leaseUntil: now + leaseMs, limit };
    for (const due of await store.claimDue(claim)) {
      const { id } = due.delivery;
      // Its answer waits to be written down: sending it again would only repeat it.
      if (this.#inFlight.has(id)) continue;
      const over = this.#deliver(due).finally(() => {
        this.#inFlight.delete(id);
        this.#options.onSettled();
      });
      this.#inFlight.set(id, over);
    }
  }

  /** Resolves when no attempt is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#inFlight.values());
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

  /** Holds on to the answer until the disk takes it: forgetting it would repeat the delivery. */
  async #record(result: AttemptResult): Promise<void> {
    const { store, clock, signal } = this.#options;
    for (;;) {
      try {
        await store.recordAttempt(result);
        return;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        const fields = { deliveryId: result.deliveryId, code: error.code, error: messageOf(error) };
        this.#logger.error(fields, 'attempt could not be written down');
        if (error.code === 'store-full' && (await store.releaseReserve())) continue;
        if (signal.aborted) return;
        await pause(clock, signal);
      }
    }
  }
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.setTimer(done, recordAgainMs);
    function done() {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
