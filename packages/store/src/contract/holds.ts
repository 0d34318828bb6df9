import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Hold } from '@maskwatch/contracts/violation';
import { type OpenStore, onStore } from './on-store.ts';

const hold: Hold = {
  ...{ cameraId: 'gate', ruleId: 'no_mask', trackId: 'track-1', state: 'no_mask' },
  ...{ startedAt: 1000.5, heldMs: 1800, box: [1, 2, 30.5, 40], lastSeenAt: 2800 },
};

export function holdContract(name: string, open: OpenStore): void {
  describe(`${name}: holds under way`, () => {
    it(
      'are those that were kept last',
      onStore(open, async (store) => {
        assert.deepEqual(await store.holds(), []);
        await store.keepHolds([hold, { ...hold, trackId: 'track-2' }]);
        await store.keepHolds([hold]);
        assert.deepEqual(await store.holds(), [hold]);
      }),
    );
  });
}
