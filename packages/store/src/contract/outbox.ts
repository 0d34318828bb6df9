import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeliveryState } from '@maskwatch/contracts/delivery';
import { Delivery } from '@maskwatch/contracts/delivery';
import { aDelivery, anOpening, builtAt } from '../builders.ts';
import type { Store } from '../store.ts';
import { type OpenStore, onStore } from './on-store.ts';

const later = builtAt + 10_000;

function claim(store: Store, change: { now?: number; limit?: number; endpointId?: string } = {}) {
  const now = change.now ?? later;
  return store.claimDue({
    endpointId: 'office',
    limit: 10,
    leaseUntil: now + 30_000,
    ...change,
    now,
  });
}

async function claimed(store: Store, change: Parameters<typeof claim>[1] = {}): Promise<string[]> {
  return (await claim(store, change)).map((due) => due.delivery.id);
}

function record(store: Store, deliveryId: string, state: DeliveryState, nextAttemptAt?: number) {
  const attempt = { number: 1, startedAt: later, durationMs: 12.5 };
  return store.recordAttempt({
    deliveryId,
    state,
    attempt: state === 'delivered' ? { ...attempt, status: 204 } : { ...attempt, error: 'refused' },
    ...(nextAttemptAt !== undefined && { nextAttemptAt }),
  });
}

async function firingAndEnded(store: Store): Promise<void> {
  await store.open(anOpening('1', { deliveries: [aDelivery({ id: 'd-firing' })] }));
  await store.end({
    violationId: 'v-1',
    endedAt: builtAt + 4000,
    ended: 'left',
    deliveries: [
      aDelivery({ id: 'd-ended', type: 'alert.ended', createdAt: builtAt + 4000 }),
      aDelivery({ id: 'd-other', type: 'alert.ended', endpointId: 'phone' }),
    ],
  });
}

export function outboxContract(name: string, open: OpenStore): void {
  describe(`${name}: outbox`, () => {
    it(
      'keeps a test message that hangs on no alert',
      onStore(open, async (store) => {
        const delivery = await store.addDelivery(aDelivery({ id: 'd-1', type: 'test' }));

        assert.deepEqual(Delivery.parse(delivery), {
          id: 'd-1',
          endpointId: 'office',
          type: 'test',
          state: 'waiting',
          createdAt: builtAt + 3000,
          nextAttemptAt: builtAt + 3000,
          attempts: [],
        });
        assert.deepEqual(await store.delivery('d-1'), delivery);
        assert.equal(await store.delivery('d-9'), undefined);
      }),
    );

    it(
      'hands out what is due once, oldest first, with the bytes to send',
      onStore(open, async (store) => {
        const body = '{"text":"é \\u00e9 \\"  "}';
        await store.addDelivery(aDelivery({ id: 'd-young', createdAt: builtAt + 2 }));
        await store.addDelivery(aDelivery({ id: 'd-old', createdAt: builtAt + 1, body }));
        await store.addDelivery(aDelivery({ id: 'd-next', createdAt: later + 1 }));
        await store.addDelivery(aDelivery({ id: 'd-other', endpointId: 'phone' }));

        const [first] = await claim(store, { limit: 1 });

        assert.equal(first?.delivery.id, 'd-old');
        assert.equal(first?.body, body);
        assert.deepEqual(await claimed(store), ['d-young']);
        assert.deepEqual(await claimed(store), []);
        assert.deepEqual(await claimed(store, { endpointId: 'phone' }), ['d-other']);
      }),
    );

    it(
      'hands out again what a claimer has not given back in time',
      onStore(open, async (store) => {
        await store.addDelivery(aDelivery({ id: 'd-1' }));
        await claim(store);

        assert.deepEqual(await claimed(store, { now: later + 29_999 }), []);
        assert.deepEqual(await claimed(store, { now: later + 30_000 }), ['d-1']);
      }),
    );

    it(
      'tries again when the next attempt is due, and not before',
      onStore(open, async (store) => {
        await store.addDelivery(aDelivery({ id: 'd-1' }));
        await claim(store);

        const delivery = await record(store, 'd-1', 'waiting', later + 5000);

        assert.equal(delivery.state, 'waiting');
        assert.equal(delivery.nextAttemptAt, later + 5000);
        assert.deepEqual(delivery.attempts, [
          { number: 1, startedAt: later, durationMs: 12.5, error: 'refused' },
        ]);
        assert.deepEqual(await claimed(store, { now: later + 4999 }), []);
        assert.deepEqual(await claimed(store, { now: later + 5000 }), ['d-1']);
      }),
    );

    it(
      'holds back an end while the firing of its alert waits for the same endpoint',
      onStore(open, async (store) => {
        await firingAndEnded(store);

        assert.deepEqual(await claimed(store), ['d-firing']);
        assert.deepEqual(await claimed(store), []);
        assert.deepEqual(await claimed(store, { endpointId: 'phone' }), ['d-other']);
        await record(store, 'd-firing', 'waiting', later + 60_000);
        assert.deepEqual(await claimed(store), []);
        await record(store, 'd-firing', 'delivered');
        assert.deepEqual(await claimed(store), ['d-ended']);
      }),
    );

    it(
      'lets an end go once its firing was given up',
      onStore(open, async (store) => {
        await firingAndEnded(store);
        await record(store, 'd-firing', 'given-up');
        assert.deepEqual(await claimed(store), ['d-ended']);
      }),
    );

    it(
      'knows when the next delivery is due',
      onStore(open, async (store) => {
        assert.equal(await store.nextDueAt(), undefined);
        await firingAndEnded(store);
        await claim(store, { endpointId: 'phone' });
        await record(store, 'd-other', 'delivered');

        assert.equal(await store.nextDueAt(), builtAt + 3000);
        await claim(store);
        assert.equal(await store.nextDueAt(), later + 30_000, 'claimed until its lease is over');
        await record(store, 'd-firing', 'waiting', later + 60_000);
        assert.equal(await store.nextDueAt(), later + 60_000, 'the end behind it does not count');
        await record(store, 'd-firing', 'delivered');
        assert.equal(await store.nextDueAt(), builtAt + 4000);
        assert.equal(await store.nextDueAt(builtAt + 3999), builtAt + 4000);
        assert.equal(await store.nextDueAt(builtAt + 4000), undefined);
      }),
    );

    it(
      'keeps the bytes of what waits, and what is over stays over',
      onStore(open, async (store) => {
        const body = '{"type":"alert.firing","data":{"id":"a-1","picture":"/9j/"}}';
        for (const id of ['d-1', 'd-2']) await store.addDelivery(aDelivery({ id, body }));

        await record(store, 'd-1', 'waiting', later);
        await record(store, 'd-2', 'given-up');

        const [waiting] = await claim(store);
        assert.equal(waiting?.body, body);
        await record(store, 'd-2', 'waiting', later);
        assert.deepEqual(await claimed(store), [], 'what was given up stays so');
      }),
    );

    it(
      'cancels what waits for endpoints that are gone',
      onStore(open, async (store) => {
        await store.addDelivery(aDelivery({ id: 'd-1' }));
        await store.addDelivery(aDelivery({ id: 'd-2', endpointId: 'phone' }));
        await record(store, 'd-2', 'delivered');
        await store.addDelivery(aDelivery({ id: 'd-3', endpointId: 'phone' }));

        assert.equal(await store.cancelExcept(['office']), 1);

        assert.equal((await store.delivery('d-1'))?.state, 'waiting');
        assert.equal((await store.delivery('d-2'))?.state, 'delivered');
        assert.equal((await store.delivery('d-3'))?.state, 'cancelled');
        assert.equal((await store.delivery('d-3'))?.nextAttemptAt, undefined);
        assert.deepEqual(await claimed(store, { endpointId: 'phone' }), []);
      }),
    );

    it(
      'lists deliveries newest first, by endpoint and by alert',
      onStore(open, async (store) => {
        await firingAndEnded(store);
        await store.addDelivery(aDelivery({ id: 'd-test', type: 'test' }));
        const ids = async (filter: object) =>
          (await store.deliveries({ limit: 50, ...filter })).map((delivery) => delivery.id);

        assert.deepEqual(await ids({}), ['d-test', 'd-other', 'd-ended', 'd-firing']);
        assert.deepEqual(await ids({ endpointId: 'phone' }), ['d-other']);
        assert.deepEqual(await ids({ alertId: 'a-1', limit: 2 }), ['d-other', 'd-ended']);
      }),
    );

    it(
      'sums up an endpoint: what waits, the last success, the present error',
      onStore(open, async (store) => {
        assert.deepEqual(await store.endpointSummary('office'), { waiting: 0 });
        for (const id of ['d-1', 'd-2']) await store.addDelivery(aDelivery({ id }));

        await record(store, 'd-1', 'delivered');
        const attempt = { number: 1, startedAt: later + 50, durationMs: 1, error: 'no route' };
        await store.recordAttempt({
          deliveryId: 'd-2',
          attempt,
          state: 'waiting',
          nextAttemptAt: later,
        });

        assert.deepEqual(await store.endpointSummary('office'), {
          waiting: 1,
          lastDeliveredAt: later + 12.5,
          lastError: 'no route',
        });
      }),
    );
  });
}
