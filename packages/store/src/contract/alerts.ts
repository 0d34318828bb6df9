import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Alert } from '@maskwatch/contracts/alert';
import { aDelivery, anEvidence, anOpening, builtAt } from '../builders.ts';
import { type OpenStore, onStore } from './on-store.ts';

export function alertContract(name: string, open: OpenStore): void {
  describe(`${name}: violations and alerts`, () => {
    it(
      'gives back an alert as it was opened',
      onStore(open, async (store) => {
        const opening = anOpening('1', {
          evidence: [anEvidence({ id: 'e-1', alertId: 'a-1' })],
          evidenceMissing: 'The disk is full.',
          trace: { trackId: 'track-1', ruleId: 'no_mask', at: builtAt, conditions: [] },
        });

        const alert = await store.open(opening);

        assert.deepEqual(alert, {
          id: 'a-1',
          sequence: 1,
          violation: opening.violation,
          condition: 'firing',
          handling: 'new',
          evidence: opening.evidence,
          evidenceMissing: 'The disk is full.',
          trace: opening.trace,
        });
        assert.deepEqual(Alert.parse(await store.alert('a-1')), alert);
        assert.deepEqual(await store.alertOfViolation('v-1'), alert);
      }),
    );

    it(
      'leaves out what an alert of a camera does not have',
      onStore(open, async (store) => {
        const { trackId: _track, box: _box, ...violation } = anOpening('1').violation;

        const alert = await store.open({ ...anOpening('1'), violation });

        assert.deepEqual(alert.violation, violation);
        assert.deepEqual(Object.keys(alert).sort(), [
          'condition',
          'evidence',
          'handling',
          'id',
          'sequence',
          'violation',
        ]);
      }),
    );

    it(
      'keeps nothing of an opening that fails half way',
      onStore(open, async (store) => {
        await store.open(anOpening('1', { deliveries: [aDelivery({ id: 'd-1' })] }));

        await assert.rejects(
          store.open(anOpening('2', { deliveries: [aDelivery({ id: 'd-1' })] })),
        );

        assert.equal(await store.alert('a-2'), undefined);
        assert.deepEqual(await store.alertCounts(), { sequence: 1, newCount: 1 });
        assert.deepEqual(
          (await store.openViolations()).map((violation) => violation.id),
          ['v-1'],
        );
      }),
    );

    it(
      'ends a violation once, with its deliveries',
      onStore(open, async (store) => {
        await store.open(anOpening('1'));
        const ending = {
          violationId: 'v-1',
          endedAt: builtAt + 9000,
          ended: 'complied' as const,
          deliveries: [aDelivery({ id: 'd-end', type: 'alert.ended' })],
        };

        const ended = await store.end(ending);
        const again = await store.end({ ...ending, ended: 'left', deliveries: [] });

        assert.equal(ended?.condition, 'ended');
        assert.equal(ended?.violation.ended, 'complied');
        assert.equal(ended?.violation.endedAt, builtAt + 9000);
        assert.equal(ended?.sequence, 2);
        assert.equal((await store.delivery('d-end'))?.alertId, 'a-1');
        assert.equal(again, undefined);
        assert.deepEqual(await store.alert('a-1'), ended);
        assert.deepEqual(await store.openViolations(), []);
      }),
    );

    it(
      'ends no violation that it does not know',
      onStore(open, async (store) => {
        const ending = { violationId: 'v-9', endedAt: builtAt, ended: 'left' as const };
        assert.equal(await store.end({ ...ending, deliveries: [] }), undefined);
      }),
    );

    it(
      'keeps where a violation moved without a change of its alert',
      onStore(open, async (store) => {
        await store.open(anOpening('1'));

        const last = { trackId: 'track-2', box: [1, 2, 3, 4] as const, lastSeenAt: builtAt + 5000 };
        await store.moved([{ id: 'v-1', ...last, unsure: true }]);

        assert.deepEqual(await store.openViolations(), [
          { ...anOpening('1').violation, ...last, unsure: true },
        ]);
        assert.equal((await store.alert('a-1'))?.sequence, 1);
      }),
    );

    it(
      'records who handled an alert, and takes it back',
      onStore(open, async (store) => {
        await store.open(anOpening('1'));
        await store.open(anOpening('2'));

        const dismissed = await store.handle({
          alertId: 'a-1',
          handling: 'dismissed',
          reason: 'wrong',
          by: 'operator',
          at: builtAt + 60_000,
        });

        assert.equal(dismissed?.handling, 'dismissed');
        assert.equal(dismissed?.dismissReason, 'wrong');
        assert.equal(dismissed?.handledBy, 'operator');
        assert.equal(dismissed?.handledAt, builtAt + 60_000);
        assert.deepEqual(await store.alertCounts(), { sequence: 3, newCount: 1 });

        const again = await store.handle({ alertId: 'a-1', handling: 'new', by: 'x', at: builtAt });

        assert.equal(again?.handling, 'new');
        assert.equal(again?.dismissReason, undefined);
        assert.deepEqual(await store.alertCounts(), { sequence: 4, newCount: 2 });
      }),
    );

    it(
      'handles no alert that it does not know',
      onStore(open, async (store) => {
        const handling = { handling: 'acknowledged' as const, by: 'operator', at: builtAt };
        assert.equal(await store.handle({ alertId: 'a-9', ...handling }), undefined);
        assert.equal((await store.alertCounts()).sequence, 0);
      }),
    );

    it(
      'lists newest first, by camera, rule and handling',
      onStore(open, async (store) => {
        await store.open(anOpening('1', { violation: { startedAt: builtAt + 1 } }));
        await store.open(
          anOpening('2', { violation: { startedAt: builtAt + 3, cameraId: 'kitchen' } }),
        );
        await store.open(
          anOpening('3', { violation: { startedAt: builtAt + 2, ruleId: 'other' } }),
        );
        await store.handle({ alertId: 'a-3', handling: 'acknowledged', by: 'x', at: builtAt });
        const ids = async (query: object) =>
          (await store.alerts({ limit: 50, ...query })).map((alert) => alert.id);

        assert.deepEqual(await ids({}), ['a-2', 'a-3', 'a-1']);
        assert.deepEqual(await ids({ camera: 'kitchen' }), ['a-2']);
        assert.deepEqual(await ids({ rule: 'no_mask' }), ['a-2', 'a-1']);
        assert.deepEqual(await ids({ handling: 'acknowledged' }), ['a-3']);
        assert.deepEqual(await ids({ handling: 'new', camera: 'entrance' }), ['a-1']);
        assert.deepEqual(await ids({ limit: 1 }), ['a-2']);
        assert.deepEqual(await ids({ before: builtAt + 2 }), ['a-1']);
      }),
    );

    it(
      'passes over none of the people who were seen first on one frame',
      onStore(open, async (store) => {
        for (const name of ['1', '2', '3', '4']) await store.open(anOpening(name));
        await store.open(anOpening('5', { violation: { startedAt: builtAt - 1 } }));

        const first = await store.alerts({ limit: 2 });
        const oldest = first.at(-1)?.violation.startedAt as number;
        const second = await store.alerts({ limit: 2, before: oldest });

        assert.deepEqual(
          [...first, ...second].map((alert) => alert.id),
          ['a-4', 'a-3', 'a-2', 'a-1', 'a-5'],
        );
      }),
    );

    it(
      'tells what changed after a sequence, oldest change first',
      onStore(open, async (store) => {
        for (const name of ['1', '2', '3']) await store.open(anOpening(name));
        await store.handle({ alertId: 'a-1', handling: 'acknowledged', by: 'x', at: builtAt });

        const missed = await store.alerts({ after: 1, limit: 50 });

        assert.deepEqual(
          missed.map((alert) => [alert.id, alert.sequence]),
          [
            ['a-2', 2],
            ['a-3', 3],
            ['a-1', 4],
          ],
        );
        assert.equal((await store.alerts({ after: 1, limit: 1 }))[0]?.id, 'a-2');
      }),
    );
  });
}
