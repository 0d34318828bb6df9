import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { aDelivery, anOpening, builtAt } from '../builders.ts';
import type { Store } from '../store.ts';
import type { OpenStore } from './on-store.ts';

const endpoints = ['office', 'phone'] as const;
const alerts = ['1', '2'] as const;
const leaseMs = 30_000;

const step = fc.oneof(
  fc.record({ do: fc.constant('open' as const), alert: fc.constantFrom(...alerts) }),
  fc.record({ do: fc.constant('end' as const), alert: fc.constantFrom(...alerts) }),
  fc.record({ do: fc.constant('claim' as const), endpoint: fc.constantFrom(...endpoints) }),
  fc.record({
    do: fc.constant('answer' as const),
    pick: fc.nat(9),
    state: fc.constantFrom('delivered' as const, 'waiting' as const, 'given-up' as const),
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 5000, leaseMs) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** One run of chance against a store: what the outbox promises is checked at every claim. */
class Run {
  readonly #store: Store;
  #now = builtAt;
  /** Claimed and unanswered: until when nobody else may get it. */
  readonly #leases = new Map<string, number>();
  readonly #over = new Set<string>();
  /** Failed once: not to be tried again before. */
  readonly #dueAt = new Map<string, number>();
  readonly #opened = new Set<string>();

  constructor(store: Store) {
    this.#store = store;
  }

  async take(next: Step): Promise<void> {
    if (next.do === 'open') await this.#open(next.alert);
    if (next.do === 'end') await this.#end(next.alert);
    if (next.do === 'claim') await this.#claim(next.endpoint);
    if (next.do === 'answer') await this.#answer(next.pick, next.state);
    if (next.do === 'wait') this.#now += next.ms;
  }

  async #open(alert: string): Promise<void> {
    if (this.#opened.has(alert)) return;
    this.#opened.add(alert);
    const deliveries = this.#born(alert, 'alert.firing');
    await this.#store.open(anOpening(alert, { deliveries }));
  }

  async #end(alert: string): Promise<void> {
    const deliveries = this.#born(alert, 'alert.ended');
    const ending = { violationId: `v-${alert}`, endedAt: this.#now, ended: 'left' as const };
    await this.#store.end({ ...ending, deliveries });
  }

  #born(alert: string, type: 'alert.firing' | 'alert.ended') {
    return endpoints.map((endpointId) =>
      aDelivery({ id: `${alert}/${endpointId}/${type}`, endpointId, type, createdAt: this.#now }),
    );
  }

  async #claim(endpointId: string): Promise<void> {
    const leaseUntil = this.#now + leaseMs;
    const claim = { endpointId, now: this.#now, leaseUntil, limit: 3 };
    for (const { delivery } of await this.#store.claimDue(claim)) {
      assert.equal(delivery.endpointId, endpointId);
      assert.ok(!this.#over.has(delivery.id), `${delivery.id} was over`);
      assert.ok((this.#leases.get(delivery.id) ?? 0) <= this.#now, `${delivery.id} was claimed`);
      assert.ok((this.#dueAt.get(delivery.id) ?? 0) <= this.#now, `${delivery.id} was not due`);
      const firing = delivery.id.replace('alert.ended', 'alert.firing');
      if (firing !== delivery.id) assert.ok(this.#over.has(firing), `${delivery.id} came early`);
      this.#leases.set(delivery.id, leaseUntil);
    }
  }

  async #answer(pick: number, state: 'delivered' | 'waiting' | 'given-up'): Promise<void> {
    const deliveryId = [...this.#leases.keys()][pick % this.#leases.size];
    if (deliveryId === undefined) return;
    this.#leases.delete(deliveryId);
    if (state !== 'waiting') this.#over.add(deliveryId);
    const number = ((await this.#store.delivery(deliveryId))?.attempts.length ?? 0) + 1;
    const attempt = { number, startedAt: this.#now, durationMs: 1 };
    const nextAttemptAt = this.#now + 5000;
    this.#dueAt.set(deliveryId, nextAttemptAt);
    await this.#store.recordAttempt({ deliveryId, attempt, state, nextAttemptAt });
  }

  /** With a receiver that takes everything, nothing stays behind. */
  async drain(): Promise<void> {
    for (;;) {
      const due = await this.#store.nextDueAt();
      if (due === undefined) break;
      this.#now = Math.max(this.#now, due);
      for (const endpoint of endpoints) await this.#claim(endpoint);
      while (this.#leases.size > 0) await this.#answer(0, 'delivered');
    }
    const all = await this.#store.deliveries({ limit: 99 });
    assert.deepEqual(new Set(all.map((one) => one.id)), this.#over);
  }
}

export function outboxOrderContract(name: string, open: OpenStore): void {
  describe(`${name}: outbox under chance`, () => {
    it('never hands out twice, early or out of order, and leaves nothing behind', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
          const store = await open();
          try {
            const run = new Run(store);
            for (const next of steps) await run.take(next);
            await run.drain();
          } finally {
            await store.close();
          }
        }),
        { numRuns: 30 },
      );
    });
  });
}
