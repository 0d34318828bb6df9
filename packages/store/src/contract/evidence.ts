import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aDelivery, anEvidence, anOpening, builtAt } from '../builders.ts';
import type { Store } from '../store.ts';
import { type OpenStore, onStore } from './on-store.ts';

async function ended(store: Store, name: string, change: Parameters<typeof anOpening>[1]) {
  await store.open(anOpening(name, change));
  const endedAt = builtAt + 60_000;
  await store.end({ violationId: `v-${name}`, endedAt, ended: 'left', deliveries: [] });
}

export function evidenceContract(name: string, open: OpenStore): void {
  describe(`${name}: evidence and retention`, () => {
    it(
      'finds evidence by id, by age and by order',
      onStore(open, async (store) => {
        const of = { alertId: 'a-1' };
        const young = anEvidence({ id: 'e-1', ...of, bytes: 70, capturedAt: builtAt + 2 });
        const old = anEvidence({ id: 'e-2', ...of, bytes: 30, capturedAt: builtAt, kind: 'crop' });
        await store.open(anOpening('1', { evidence: [young, old] }));

        assert.deepEqual(await store.evidence('e-1'), young);
        assert.equal(await store.evidence('e-9'), undefined);
        assert.deepEqual(await store.evidenceBefore(builtAt + 2, 10), [old]);
        assert.deepEqual(await store.oldestEvidence(10), [old, young]);
        assert.deepEqual(await store.oldestEvidence(1), [old]);
        assert.equal(await store.evidenceBytes(), 100);
      }),
    );

    it(
      'says on the alert that its pictures were removed, once the last is gone',
      onStore(open, async (store) => {
        const of = { alertId: 'a-1' };
        const evidence = [anEvidence({ id: 'e-1', ...of }), anEvidence({ id: 'e-2', ...of })];
        await store.open(anOpening('1', { evidence }));

        await store.forgetEvidence(['e-1']);
        assert.equal((await store.alert('a-1'))?.evidenceMissing, undefined);
        assert.equal((await store.alert('a-1'))?.evidence.length, 1);
        await store.forgetEvidence(['e-2', 'e-9']);

        const alert = await store.alert('a-1');
        assert.deepEqual(alert?.evidence, []);
        assert.match(alert?.evidenceMissing ?? '', /removed by the retention settings/);
        assert.equal(alert?.sequence, 1);
        assert.equal(await store.evidenceBytes(), 0);
      }),
    );

    it(
      'forgets ended alerts of some age with their deliveries and attempts',
      onStore(open, async (store) => {
        await ended(store, 'old', { deliveries: [aDelivery({ id: 'd-old' })] });
        await ended(store, 'young', { violation: { startedAt: builtAt + 1000 } });
        const attempt = { number: 1, startedAt: builtAt, durationMs: 5, status: 200 };
        await store.recordAttempt({ deliveryId: 'd-old', attempt, state: 'delivered' });

        assert.equal(await store.forgetAlerts(builtAt + 1000), 1);

        assert.equal(await store.alert('a-old'), undefined);
        assert.equal(await store.delivery('d-old'), undefined);
        assert.equal((await store.alert('a-young'))?.id, 'a-young');
        assert.equal(await store.forgetAlerts(builtAt + 1000), 0);
      }),
    );

    it(
      'keeps alerts that still fire, wait to be delivered or have files',
      onStore(open, async (store) => {
        await store.open(anOpening('firing'));
        await ended(store, 'waiting', { deliveries: [aDelivery({ id: 'd-1' })] });
        await ended(store, 'files', { evidence: [anEvidence({ id: 'e-1', alertId: 'a-files' })] });

        assert.equal(await store.forgetAlerts(builtAt + 1e6), 0);

        await store.forgetEvidence(['e-1']);
        assert.equal(await store.forgetAlerts(builtAt + 1e6), 1);
        assert.equal(await store.alert('a-files'), undefined);
      }),
    );

    it(
      'never counts back when alerts are forgotten',
      onStore(open, async (store) => {
        await ended(store, '1', {});

        await store.forgetAlerts(builtAt + 1e6);

        assert.deepEqual(await store.alertCounts(), { sequence: 2, newCount: 0 });
        assert.equal((await store.open(anOpening('2'))).sequence, 3);
      }),
    );

    it(
      'forgets test messages of that age, but none that waits',
      onStore(open, async (store) => {
        for (const id of ['d-done', 'd-waits']) {
          await store.addDelivery(aDelivery({ id, type: 'test', createdAt: builtAt }));
        }
        const attempt = { number: 1, startedAt: builtAt, durationMs: 5, status: 200 };
        await store.recordAttempt({ deliveryId: 'd-done', attempt, state: 'delivered' });

        await store.forgetAlerts(builtAt + 1);

        assert.equal(await store.delivery('d-done'), undefined);
        assert.equal((await store.delivery('d-waits'))?.state, 'waiting');
      }),
    );

    it(
      'names its place and the room that is left',
      onStore(open, async (store) => {
        const space = await store.space();
        assert.ok(space.path.length > 0);
        assert.ok(space.bytes > 0);
        assert.ok(space.freeBytes === undefined || space.freeBytes > 0);
      }),
    );
  });
}
