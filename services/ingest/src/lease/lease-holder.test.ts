import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lease } from '@maskwatch/contracts/scaled';
import { FakeClock } from '@maskwatch/platform/clock';
import fc from 'fast-check';
import { LeaseHolder } from './lease-holder.ts';

const validMs = 6000;
const gate: Lease = { cameraId: 'gate', epoch: 4 };
const door: Lease = { cameraId: 'door', epoch: 5 };

function aHolder() {
  const clock = new FakeClock();
  const holder = new LeaseHolder({ ingestId: 'me', clock });
  const hear = (ingestId: string, leases: Lease[] = [], term = 1) =>
    holder.hear({ kind: 'leases', ingestId, leases, term, validMs });
  return { clock, holder, hear, owned: () => holder.owned() };
}

test('nothing is owned before a lease, and nothing by a lease of another', () => {
  const { hear, owned } = aHolder();
  assert.deepEqual(owned(), []);
  hear('other', [gate]);
  assert.deepEqual(owned(), []);
});

test('a lease holds while it is renewed, and a new one takes the place of all before it', async () => {
  const { clock, hear, owned } = aHolder();
  for (let n = 0; n < 20; n += 1) {
    hear('me', [gate, door]);
    hear('other', []);
    await clock.advance(2000);
    assert.deepEqual(owned(), [gate, door]);
  }
  hear('me', [{ ...gate, epoch: 9 }]);
  assert.deepEqual(owned(), [{ ...gate, epoch: 9 }]);
  hear('me', []);
  assert.deepEqual(owned(), []);
});

test('an active hub that speaks to others only takes the cameras with the end of the lease', async () => {
  const { clock, hear, owned } = aHolder();
  hear('me', [gate]);
  for (let n = 0; n < 3; n += 1) {
    hear('other', [door]);
    assert.deepEqual(owned(), [gate]);
    await clock.advance(1999);
  }
  await clock.advance(3);
  assert.deepEqual(owned(), []);
});

test('while no active hub is heard cameras are kept for a minute, then given up', async () => {
  const { clock, hear, owned } = aHolder();
  hear('me', [gate]);
  hear('other', [door]);
  await clock.advance(59_999);
  assert.deepEqual(owned(), [gate]);
  await clock.advance(1);
  assert.deepEqual(owned(), []);
});

test('a hub that comes back after a silence, or a new one, may speak to others first', async () => {
  const { clock, hear, owned } = aHolder();
  hear('me', [gate]);
  hear('other');
  await clock.advance(20_000);
  hear('other');
  assert.deepEqual(owned(), [gate]);
  hear('me', [gate]);
  hear('other');
  await clock.advance(2000);
  hear('other', [], 1);
  await clock.advance(4000);
  hear('other', [], 2);
  assert.deepEqual(owned(), [gate]);
  hear('me', [gate], 2);
  assert.deepEqual(owned(), [gate]);
});

test('who wakes after a long sleep owns nothing that the hub gave away meanwhile', async () => {
  const { clock, hear, owned } = aHolder();
  hear('me', [gate]);
  await clock.advance(15_000);
  hear('me', []);
  assert.deepEqual(owned(), []);

  hear('me', [gate]);
  await clock.advance(61_000);
  assert.deepEqual(owned(), []);
});

test('an older term is not believed, but where the store was set back', async () => {
  const { clock, hear, owned } = aHolder();
  hear('me', [gate], 7);
  assert.equal(hear('me', [door], 6), false);
  assert.deepEqual(owned(), [gate]);
  hear('other', [], 8);
  assert.equal(hear('me', [door], 7), false);
  await clock.advance(60_000);
  assert.equal(hear('me', [door], 1), true);
  assert.deepEqual(owned(), [door]);
});

const words = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 90_000 })),
    me: fc.boolean(),
    term: fc.integer({ min: 1, max: 4 }),
    epoch: fc.integer({ min: 1, max: 100 }),
  }),
  { maxLength: 40 },
);

test('whatever is heard: only the newest believed lease is owned, never for more than a minute', async () => {
  await fc.assert(
    fc.asyncProperty(words, async (said) => {
      const { clock, hear, owned } = aHolder();
      let last: { epoch: number; at: number } | undefined;
      for (const { afterMs, me, term, epoch } of said) {
        await clock.advance(afterMs);
        const before = owned();
        const believed = hear(me ? 'me' : 'other', [{ ...gate, epoch }], term);
        if (me && believed) last = { epoch, at: clock.now() };
        const [lease] = owned();
        if (lease === undefined) {
          if (last !== undefined) assert.ok(clock.now() - last.at >= validMs);
        } else {
          assert.equal(lease.epoch, last?.epoch);
          assert.ok(clock.now() - last!.at < 60_000);
          if (!me) assert.equal(before.length, 1, 'only an own lease gives a camera');
        }
      }
    }),
  );
});
