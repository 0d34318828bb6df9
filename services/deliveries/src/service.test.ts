import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { WebhookBody } from '@maskwatch/contracts/webhook';
import { Problem } from '@maskwatch/platform/problem';
import { until } from '@maskwatch/platform/testing/until';
import { aDelivery, anOpening } from '@maskwatch/store/builders';
import { Webhook } from 'standardwebhooks';
import { gaps } from './retry-schedule.ts';
import { endpointTo, Outbox, secret } from './testing/outbox.ts';
import { answer, type Behaviour, Receiver } from './testing/receiver.ts';

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of closing.splice(0).reverse()) await part.close();
});

async function receiver(behaviour?: Behaviour): Promise<Receiver> {
  const started = await new Receiver(behaviour).listen();
  closing.push(started);
  return started;
}

async function outbox(): Promise<Outbox> {
  const opened = await new Outbox().open();
  closing.push(opened);
  return opened;
}

/** A firing alert with one delivery `d-NAME` to the endpoint. */
async function fire(box: Outbox, name: string, endpointId = 'office'): Promise<void> {
  const delivery = aDelivery({ id: `d-${name}`, endpointId, createdAt: box.clock.now() });
  await box.store.open(anOpening(name, { deliveries: [delivery] }));
}

function end(box: Outbox, name: string, endpointId = 'office') {
  const createdAt = box.clock.now();
  const delivery = aDelivery({ id: `d-${name}-end`, type: 'alert.ended', endpointId, createdAt });
  const ending = { violationId: `v-${name}`, endedAt: createdAt, ended: 'left' as const };
  return box.store.end({ ...ending, deliveries: [delivery] });
}

const isOver = (box: Outbox, id: string) => async () =>
  (await box.store.delivery(id))?.state !== 'waiting';

const hasAttempts = (box: Outbox, id: string, count: number) => async () =>
  (await box.store.delivery(id))?.attempts.length === count;

describe('deliveries', () => {
  it('sends what was committed at a wake-up, signed, and writes the attempt down', async () => {
    const box = await outbox();
    const server = await receiver();
    const service = await box.deliver([endpointTo('office', server.url)]);
    await fire(box, '1');

    service.wake();
    await until('delivered', isOver(box, 'd-1'));

    const [got] = server.received;
    assert.ok(got);
    new Webhook(secret).verify(got.body, got.headers);
    assert.equal(got.body, aDelivery({ id: '' }).body);
    assert.equal(got.headers['webhook-id'], 'd-1');
    const delivery = await box.store.delivery('d-1');
    assert.equal(delivery?.state, 'delivered');
    assert.deepEqual(
      delivery?.attempts.map(({ number, status, error }) => ({ number, status, error })),
      [{ number: 1, status: 204, error: undefined }],
    );
  });

  it('finds at its start what an earlier run left, and by its sweep what nobody told', async () => {
    const box = await outbox();
    const server = await receiver();
    await fire(box, 'early');
    await box.deliver([endpointTo('office', server.url)]);
    await until('the early one', isOver(box, 'd-early'));

    await fire(box, 'untold');
    await box.clock.advance(30_000);

    await until('the untold one', isOver(box, 'd-untold'));
  });

  it('misses no wake-up, however close it comes to the end of a round', async () => {
    const box = await outbox();
    const server = await receiver();
    const service = await box.deliver([endpointTo('office', server.url)]);

    for (let ticks = 0; ticks < 40; ticks += 1) {
      service.wake();
      const fired = fire(box, `${ticks}`);
      for (let tick = 0; tick < ticks; tick += 1) await undefined;
      service.wake();
      await fired;
      // The clock stands still: neither timer nor sweep can bring it.
      await until(`number ${ticks}`, isOver(box, `d-${ticks}`), { withinMs: 5000 });
    }
  });

  it('repeats with the same id and bytes and a new timestamp, until the receiver is up', async () => {
    const box = await outbox();
    const server = await receiver(answer(500));
    await fire(box, '1');
    await box.deliver([endpointTo('office', server.url)]);

    await until('attempt 1', hasAttempts(box, 'd-1', 1));
    await box.clock.advance(5000);
    await until('attempt 2', hasAttempts(box, 'd-1', 2));
    server.behaviour = answer(200);
    await box.clock.advance(15_000);
    await until('delivered', isOver(box, 'd-1'));

    assert.equal(server.received.length, 3);
    assert.deepEqual(
      new Set(server.received.map((got) => got.headers['webhook-id'])),
      new Set(['d-1']),
    );
    assert.equal(new Set(server.received.map((got) => got.body)).size, 1);
    const times = server.received.map((got) => Number(got.headers['webhook-timestamp']));
    assert.deepEqual(
      [(times[1] ?? 0) - (times[0] ?? 0), (times[2] ?? 0) - (times[1] ?? 0)],
      [5, 15],
    );
    for (const got of server.received) new Webhook(secret).verify(got.body, got.headers);
  });

  it('tries twelve times over three days and then gives up', async () => {
    const box = await outbox();
    const gone = await new Receiver().listen();
    const { url } = gone;
    await gone.close();
    await fire(box, '1');
    const service = await box.deliver([endpointTo('office', url)]);

    for (const [index, gap] of gaps.entries()) {
      await box.clock.advance(gap);
      await until(`attempt ${index + 1}`, hasAttempts(box, 'd-1', index + 1));
    }

    const delivery = await box.store.delivery('d-1');
    assert.equal(delivery?.state, 'given-up');
    assert.deepEqual(service.counters, { attempts: 12, delivered: 0, failed: 11, givenUp: 1 });
    assert.equal(delivery?.nextAttemptAt, undefined);
    assert.equal(delivery?.attempts.length, 12);
    const first = delivery?.attempts[0]?.startedAt ?? 0;
    const last = delivery?.attempts[11]?.startedAt ?? 0;
    assert.ok(last - first >= 72 * 3_600_000);
    assert.match(delivery?.attempts[11]?.error ?? '', /refused the connection/);
  });

  it('gives up at once on 410, and waits as long as a 429 asks', async () => {
    const box = await outbox();
    const gone = await receiver(answer(410));
    const busy = await receiver(answer(429, { 'retry-after': '120' }));
    await fire(box, '1', 'gone');
    await fire(box, '2', 'busy');
    await box.deliver([endpointTo('gone', gone.url), endpointTo('busy', busy.url)]);

    await until('given up', isOver(box, 'd-1'));
    assert.equal((await box.store.delivery('d-1'))?.state, 'given-up');
    await until('the busy attempt', hasAttempts(box, 'd-2', 1));
    await box.clock.advance(119_000);
    assert.equal(busy.received.length, 1);
    await box.clock.advance(1000);
    await until('the next attempt', () => busy.received.length === 2);
  });

  it('tells the end of an alert only after its beginning was told', async () => {
    const box = await outbox();
    const server = await receiver(answer(500));
    await fire(box, '1');
    await end(box, '1');
    await box.deliver([endpointTo('office', server.url)]);
    await until('attempt 1', hasAttempts(box, 'd-1', 1));
    await box.clock.advance(4000);
    assert.equal(server.received.length, 1);

    server.behaviour = answer(200);
    await box.clock.advance(1000);
    await until('the end was told', isOver(box, 'd-1-end'));

    const ids = server.received.map((got) => got.headers['webhook-id']);
    assert.deepEqual(ids, ['d-1', 'd-1', 'd-1-end']);
  });

  it('lets one slow endpoint delay no other', async () => {
    const box = await outbox();
    const slow = await receiver(() => {});
    const quick = await receiver();
    for (let index = 0; index < 10; index += 1) {
      await fire(box, `slow-${index}`, 'slow');
      await fire(box, `quick-${index}`, 'quick');
    }

    const service = await box.deliver([
      endpointTo('slow', slow.url),
      endpointTo('quick', quick.url),
    ]);

    // The clock stands still: not one slow attempt ends, and no more than four are under way.
    await until('all quick ones', () => quick.received.length === 10);
    await until('four slow ones', () => slow.received.length === 4);
    const waiting = (await box.store.endpointSummary('slow')).waiting;
    assert.equal(waiting, 10);

    // A retry of the quick one is on time although slow ones are overdue all the while.
    quick.behaviour = answer(500);
    await fire(box, 'again', 'quick');
    service.wake();
    await until('a failed quick one', hasAttempts(box, 'd-again', 1));
    await box.clock.advance(4999);
    assert.equal(quick.received.length, 11);
    await box.clock.advance(1);
    await until('its retry', () => quick.received.length === 12);
    assert.equal(slow.received.length, 4);
  });

  it('goes on with the next when places at a slow endpoint become free', async () => {
    const box = await outbox();
    const slow = await receiver(() => {});
    for (let index = 0; index < 6; index += 1) await fire(box, `${index}`);
    await box.deliver([endpointTo('office', slow.url)]);
    await until('four are under way', () => slow.received.length === 4);

    await box.clock.advance(15_000);

    await until('the other two', () => slow.received.length === 6);
    assert.match(
      (await box.store.delivery('d-0'))?.attempts[0]?.error ?? '',
      /No answer within 15 s/,
    );
  });

  it('writes down why a private address was not called, with the line that allows it', async () => {
    const box = await outbox();
    const server = await receiver();
    await fire(box, '1');
    await box.deliver([endpointTo('office', server.url)], { allow: [] });

    await until('attempt 1', hasAttempts(box, 'd-1', 1));

    const attempt = (await box.store.delivery('d-1'))?.attempts[0];
    assert.match(attempt?.error ?? '', /endpoints\.allow: \["127\.0\.0\.1\/32"\]$/);
    assert.equal(attempt?.status, undefined);
    assert.equal(server.connections, 0);
  });

  it('sends a test message that is a valid body', async () => {
    const box = await outbox();
    const server = await receiver();
    const publicUrl = 'https://watch.example:8443';
    const service = await box.deliver([endpointTo('office', server.url)], { publicUrl });

    const delivery = await service.sendTest('office');
    await until('delivered', isOver(box, delivery.id));

    const body = WebhookBody.parse(JSON.parse(server.received[0]?.body ?? ''));
    assert.equal(body.type, 'test');
    assert.equal(body.data.url, 'https://watch.example:8443/deliveries');
    await assert.rejects(service.sendTest('nobody'), (error: Problem) => {
      assert.equal(error.code, 'endpoint-unknown');
      assert.equal(error.status, 404);
      return error instanceof Problem;
    });
  });

  it('cancels what waits for an endpoint that the config no longer has', async () => {
    const box = await outbox();
    await fire(box, '1', 'removed');

    await box.deliver([]);

    assert.equal((await box.store.delivery('d-1'))?.state, 'cancelled');
  });

  it('lets attempts finish when it stops, and cuts off those that do not', async () => {
    const box = await outbox();
    const server = await receiver(() => {});
    await fire(box, '1');
    const service = await box.deliver([endpointTo('office', server.url)]);
    await until('the request arrived', () => server.received.length === 1);

    const stopped = service.stop();
    await box.clock.advance(5000);
    await stopped;

    const delivery = await box.store.delivery('d-1');
    assert.equal(delivery?.state, 'waiting');
    assert.equal(delivery?.nextAttemptAt, box.clock.now());
    assert.match(delivery?.attempts[0]?.error ?? '', /The service stopped during this attempt/);

    server.behaviour = answer(204);
    await box.deliver([endpointTo('office', server.url)]);
    await until('delivered by the next run', isOver(box, 'd-1'));
  });

  it('holds an answer that the disk did not take, and gives the reserve up for it', async () => {
    const box = await outbox();
    const server = await receiver();
    await fire(box, '1');
    const { store } = box;
    const full = new Problem('store-full', 'The disk is full.');
    let refusals = 3;
    let released = 0;
    const store2 = Object.assign(Object.create(store), {
      recordAttempt: async (result: Parameters<typeof store.recordAttempt>[0]) => {
        refusals -= 1;
        if (refusals >= 0) throw full;
        return store.recordAttempt(result);
      },
      releaseReserve: async () => {
        released += 1;
        return released === 1;
      },
    });

    await box.deliver([endpointTo('office', server.url)], { store: store2 });
    await until('two refusals', () => refusals === 1 && released === 2);
    await box.clock.advance(5000);
    await until('the third', () => refusals === 0);
    await box.clock.advance(5000);
    await until('written down', isOver(box, 'd-1'));

    assert.equal(server.received.length, 1);
    assert.equal((await store.delivery('d-1'))?.state, 'delivered');
  });
});
