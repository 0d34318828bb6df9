import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CameraConfig } from '@maskwatch/contracts/config';
import type { Observation, Tick } from '@maskwatch/contracts/observation';
import { BlindWatch } from '@maskwatch/rules/blind-watch';
import { CameraBoard } from './camera-board.ts';

const counters = {
  ...{ received: 9, replaced: 1, judged: 8, late: 0 },
  ...{ lost: 0, discarded: 0, starts: 1 },
};

const tick: Tick = {
  ...{ cameraId: 'gate', at: 2000, state: 'live', since: 1500 },
  ...{ width: 1280, height: 720, smallestFound: 20, ageMs: 90, counters },
};

const observation: Observation = {
  ...{ cameraId: 'gate', sequence: 1, capturedAt: 1900, width: 1280, height: 720 },
  ...{ tracks: [], coveredMs: 200 },
};

function board(): CameraBoard {
  return new CameraBoard({
    cameras: [
      CameraConfig.parse({ id: 'gate', name: 'Main gate', source: 'rtsp://u:p@door/1' }),
      CameraConfig.parse({ id: 'yard', source: '/dev/v4l/by-id/cam', rate: 2 }),
    ],
    zones: [
      {
        ...{ id: 'wash', camera: 'gate' },
        points: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      },
    ],
    ...{ smallestJudged: 32, startedAt: 1000 },
    blindWatch: new BlindWatch({ offlineAfterMs: 30_000, newId: () => 'id' }),
  });
}

test('a camera that said nothing yet is being connected', () => {
  const [gate, yard] = board().cameras(2000);

  assert.deepEqual([gate!.state, gate!.cause, gate!.since], ['offline', 'connecting', 1000]);
  assert.deepEqual([gate!.name, gate!.kind, gate!.rate], ['Main gate', 'rtsp', 5]);
  assert.deepEqual([yard!.name, yard!.kind, yard!.rate], ['yard', 'webcam', 2]);
  assert.equal(gate!.width, undefined);
  assert.deepEqual([gate!.zones.length, yard!.zones.length], [1, 0]);
  assert.ok(!JSON.stringify(gate).includes('u:p'));
});

test('a camera is as its owner said last, beside what was judged last', () => {
  const cameras = board();
  cameras.tick({ ...tick, state: 'stalled', cause: 'timeout', detail: 'No picture comes.' });
  cameras.tick(tick);
  cameras.observed(observation);

  const gate = cameras.camera('gate', 2000)!;

  assert.deepEqual([gate.state, gate.cause, gate.detail], ['live', undefined, undefined]);
  assert.deepEqual([gate.width, gate.height, gate.smallestFound], [1280, 720, 20]);
  assert.deepEqual([gate.smallestJudged, gate.lastJudgedAt, gate.ageMs], [32, 1900, 90]);
  assert.deepEqual(gate.counters, counters);
  assert.equal(cameras.camera('hall', 2000), undefined);
});

test('what the hub says of a lost owner holds until that owner speaks again', () => {
  const cameras = board();
  cameras.tick(tick);
  const gone = { state: 'offline', cause: 'vision-process', detail: 'It ended.' } as const;
  cameras.ownerGone('gate', { ...gone, since: 3000 });
  assert.deepEqual(cameras.camera('gate', 3000)!.cause, 'vision-process');

  cameras.tick({ ...tick, at: 4000 });

  assert.equal(cameras.camera('gate', 4000)!.state, 'live');
});
