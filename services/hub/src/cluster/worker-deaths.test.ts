import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CameraConfig } from '@maskwatch/contracts/config';
import type { WorkerDeath, WorkerStatus } from '@maskwatch/contracts/scaled';
import { FakeClock } from '@maskwatch/platform/clock';
import { type Logger, silentLogger } from '@maskwatch/platform/logger';
import { BlindWatch } from '@maskwatch/rules/blind-watch';
import { CameraBoard } from '../cameras/camera-board.ts';
import { WorkerDeaths } from './worker-deaths.ts';

const cameraIds = ['gate', 'yard'];

/** A hub's look at workers that say of themselves what the test says. */
function world({ active = true } = {}) {
  const clock = new FakeClock();
  const workers: WorkerStatus[] = [];
  const state = { away: false };
  const logged: unknown[] = [];
  const board = new CameraBoard({
    cameras: cameraIds.map((id) => CameraConfig.parse({ id, source: 'demo' })),
    ...{ zones: [], smallestJudged: 32, startedAt: clock.now() },
    blindWatch: new BlindWatch({ offlineAfterMs: 30_000, newId: () => 'id' }),
  });
  const deaths = new WorkerDeaths({
    ...{ cameraIds, board, clock, place: { active } },
    logger: { ...silentLogger, error: (facts: unknown) => logged.push(facts) } as unknown as Logger,
    inference: async () => {
      if (state.away) throw new Error('the frames Redis does not answer');
      return { workers: [...workers], queued: 0 };
    },
  });
  return {
    ...{ deaths, clock, board, logged, state },
    /** A worker in place of one that died now, on a machine whose clock is `aheadMs` of the hub's. */
    starts(id: string, died: readonly string[], aheadMs = 0): void {
      const at = clock.now() + aheadMs;
      const death: WorkerDeath = { at: at - 2000, cameraIds: [...died] };
      workers.push({
        ...{ id, at, died: death, host: 'h', pid: 1, version: '1', provider: 'cpu', batch: 1 },
        ...{ pictures: 0, crops: 0, failed: 0 },
      });
    },
    /** Looks twice a second, and workers that speak go on. */
    async run(seconds: number): Promise<string[]> {
      for (let half = 0; half < 2 * seconds; half += 1) {
        deaths.look();
        await clock.advance(500);
        for (const worker of workers) worker.at += 500;
      }
      return [...deaths.look()];
    },
  };
}

test('three deaths of several workers keep a camera out for 5 minutes, and its state says why', async () => {
  const { starts, run, board, clock, logged } = world();
  starts('one', ['gate', 'yard']);
  starts('two', ['gate']);
  assert.deepEqual(await run(10), []);
  starts('three', ['gate', 'unknown']);

  assert.deepEqual(await run(2), ['gate']);
  const since = board.camera('gate', clock.now())?.since;
  assert.deepEqual(await run(280), ['gate']);
  const gate = board.camera('gate', clock.now());
  const yard = board.camera('yard', clock.now());
  assert.deepEqual(await run(20), []);

  assert.deepEqual([gate?.state, gate?.cause], ['offline', 'quarantined']);
  assert.match(gate?.detail ?? '', /when inference workers died three times in a minute/);
  assert.equal(gate?.since, since);
  assert.equal(yard?.cause, 'connecting');
  assert.deepEqual(logged, [{ cameraId: 'gate' }]);
});

test('each death counts once, however long its successor lives or is not heard', async () => {
  const { starts, run, state } = world();
  starts('one', ['gate']);
  await run(30);
  state.away = true;
  await run(20);
  state.away = false;
  await run(100);
  starts('two', ['gate']);
  starts('three', ['gate']);

  assert.deepEqual(await run(5), []);
});

test('the clock of a worker may differ from the one of the hub', async () => {
  const { starts, run } = world();
  starts('one', ['gate'], -3000);
  starts('two', ['gate'], 3_600_000);
  starts('three', ['gate'], 60_000);

  assert.deepEqual(await run(2), ['gate']);
  assert.deepEqual(await run(300), []);
});

test('deaths that a hub hears of a minute later, as one that starts does, do not count', async () => {
  const { starts, run, state } = world();
  state.away = true;
  for (const id of ['one', 'two', 'three']) starts(id, ['gate']);
  await run(60);
  state.away = false;

  assert.deepEqual(await run(2), []);
});

test('a hub that stands by knows as much, and leaves it to the active one to log it', async () => {
  const { starts, run, logged } = world({ active: false });
  for (const id of ['one', 'two', 'three']) starts(id, ['gate']);

  assert.deepEqual(await run(2), ['gate']);
  assert.deepEqual(logged, []);
});
