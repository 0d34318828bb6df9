import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Alert } from '@maskwatch/contracts/alert';
import { WebhookBody } from '@maskwatch/contracts/webhook';
import { judge, type Proceedings } from './kill-ledger.ts';
import type { Taken } from './receiver.ts';

const iso = (at: number) => new Date(at).toISOString();

/** Starts half a second into the showing of 1000 to 9000, at its place. */
function alert(id: string, startedAt = 1500): Alert {
  return Alert.parse({
    ...{ id, sequence: 1, condition: 'firing', handling: 'new', evidence: [] },
    violation: {
      ...{ id: `v-${id}`, cameraId: 'gate', ruleId: 'no_mask', ruleVersion: '1' },
      ...{ subject: 'person', severity: 'high', state: 'no_mask', box: [100, 400, 80, 90] },
      ...{ startedAt, openedAt: startedAt + 4000, lastSeenAt: 9000, endedAt: 19_000 },
      unsure: false,
    },
  });
}

function taken(id: string, alertId: string, text = 'body'): Taken {
  const body = WebhookBody.parse({
    ...{ type: 'alert.firing', timestamp: iso(5500) },
    data: {
      ...{ id: alertId, camera: 'gate', rule: 'no_mask', severity: 'high', state: 'no_mask' },
      ...{ startedAt: iso(1500), endedAt: null, ended: null },
      url: `http://localhost/alerts/${alertId}`,
    },
  });
  return { id, timestamp: 5, at: 5600, text, body, status: 204 };
}

const firing = { condition: 'firing', sequence: 1, by: 'socket', at: 5500 } as const;
const sound: Proceedings = {
  announced: [{ alertId: 'a', ...firing }],
  taken: [taken('m', 'a'), taken('m', 'a')],
  alerts: [alert('a')],
  showings: [
    {
      ...{ cameraId: 'gate', name: 'visitor 1', from: 1000, to: 9000 },
      visit: { from: 1, to: 9, x: 150 },
    },
  ],
  gaps: [],
};

function faults(change: Partial<Proceedings>): string {
  return judge({ ...sound, ...change }).faults.join('; ');
}

test('a repeat with the id and the bytes of the first is no fault', () => {
  const { repeats, unseen, faults } = judge(sound);
  assert.deepEqual({ repeats, unseen, faults }, { repeats: 1, unseen: [], faults: [] });
});

test('what was lost, changed, doubled or invented is named', () => {
  assert.match(faults({ taken: [] }), /alert a firing was announced, never delivered/);
  assert.match(
    faults({ taken: [taken('m', 'a'), taken('m', 'a', 'x')] }),
    /m came with two bodies/,
  );
  assert.match(faults({ taken: [taken('m', 'a'), taken('n', 'a')] }), /came with two ids/);
  assert.match(faults({ alerts: [] }), /a was announced and is not in the store/);
  assert.match(faults({ taken: [...sound.taken, taken('n', 'b')] }), /b was delivered and is not/);
  assert.match(faults({ alerts: [alert('a'), alert('b', 4000)] }), /visitor 1 raised 2 alerts/);
});

test('a violation without an alert needs a kill that explains it', () => {
  const without = { announced: [], taken: [], alerts: [] };
  const gaps = [{ name: 'kill 1', from: 4000, to: 7000 }];
  assert.match(faults(without), /visitor 1 raised no alert, and no kill tells why/);

  const explained = judge({ ...sound, ...without, gaps });

  assert.deepEqual(explained.faults, []);
  assert.match(explained.unseen[0]!, /seen for 3\.0 s at most because of kill 1/);
});

test('an alert that an earlier violation still had is told with the kills that kept it', () => {
  const earlier = { ...sound, alerts: [alert('a', -20_000)] };
  const gaps = [{ name: 'kill 1', from: -9000, to: -4000 }];

  assert.match(judge(earlier).faults.join(), /no kill tells why/);
  const { faults, unseen } = judge({ ...earlier, gaps });
  assert.deepEqual(faults, []);
  assert.match(unseen[0]!, /taken for the person of a, whose end kill 1 put off/);
});
