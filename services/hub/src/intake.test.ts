import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CameraCause } from '@maskwatch/contracts/camera';
import type { Observation, Tick, Track } from '@maskwatch/contracts/observation';
import { type AHub, aHub } from './testing/a-hub.ts';

const counters = {
  ...{ received: 0, replaced: 0, judged: 0, late: 0, lost: 0 },
  ...{ discarded: 0, starts: 1 },
};

function aTick(at: number, change: Partial<Tick> = {}): Tick {
  return { cameraId: 'gate', at, state: 'live', since: at, counters, ...change };
}

function someone(at: number, since: number): Track {
  return {
    ...{ id: 'track-1', box: [100, 100, 50, 60], confidence: 0.9, state: 'no_mask' },
    ...{ stateSince: since, seen: true, firstSeenAt: since, lastSeenAt: at, looks: 9 },
    ...{ probabilities: { no_mask: 1 }, unsure: false, poster: false },
  };
}

interface Play {
  seconds: number;
  ageMs?: number;
  tracks?: boolean;
  judged?: boolean;
  tick?: { state: Tick['state']; cause: CameraCause };
}

/** What an owner says in so many seconds: a tick each, and five judged frames. */
async function play(hub: AHub, { seconds, ageMs = 50, tracks = true, judged = true, tick }: Play) {
  const { clock, bus } = hub;
  const since = clock.now();
  for (let n = 0; n < seconds * 5; n += 1) {
    const capturedAt = clock.now() - ageMs;
    if (n % 5 === 0) bus.say({ kind: 'tick', tick: aTick(clock.now(), tick) });
    const observation: Observation = {
      ...{ cameraId: 'gate', sequence: n, capturedAt, width: 1280, height: 720, ageMs },
      tracks: tracks ? [someone(capturedAt, since - ageMs)] : [],
      coveredMs: 200,
    };
    if (judged) bus.say({ kind: 'observation', observation });
    await clock.advance(200);
  }
}

const said = async (hub: AHub) =>
  (await hub.alerts())
    .map(({ violation: { ruleId, ended } }) => `${ruleId} ${ended ?? 'open'}`)
    .sort();

async function started(t: { after(fn: () => Promise<void>): void }, config = {}) {
  const hub = await aHub({ config });
  t.after(hub.remove);
  await hub.hub.start();
  return hub;
}

const film = { cameras: [{ id: 'gate', source: '/films/a.mp4' }] };

test('a person in a forbidden state raises one alert', async (t) => {
  const hub = await started(t);

  await play(hub, { seconds: 6 });

  assert.deepEqual(await said(hub), ['no_mask open']);
});

test('late observations open nothing, and a camera that is always late is blind', async (t) => {
  const hub = await started(t);

  await play(hub, { seconds: 14, ageMs: 2500 });
  assert.deepEqual(await said(hub), []);
  assert.equal(hub.context.board.camera('gate', hub.clock.now())?.blind, false);
  await play(hub, { seconds: 36, ageMs: 2500 });

  assert.equal(hub.context.board.camera('gate', hub.clock.now())?.blind, true);
  assert.deepEqual(await said(hub), ['camera-offline open']);
});

test('a blind camera keeps what is open until 40 s have passed', async (t) => {
  const hub = await started(t);
  await play(hub, { seconds: 6 });

  await play(hub, { seconds: 30, judged: false });
  assert.deepEqual(await said(hub), ['no_mask open']);
  await play(hub, { seconds: 40, judged: false });

  assert.deepEqual(await said(hub), ['camera-offline open', 'no_mask camera-lost']);
});

test('a camera that is back ends its own alert', async (t) => {
  const hub = await started(t);
  await play(hub, { seconds: 60, judged: false });
  assert.deepEqual(await said(hub), ['camera-offline open']);

  await play(hub, { seconds: 3, tracks: false });

  assert.deepEqual(await said(hub), ['camera-offline recovered']);
});

test('the end of a film ends what is open, and is no outage', async (t) => {
  const hub = await started(t, film);
  await play(hub, { seconds: 6 });

  const tick = { state: 'offline', cause: 'ended' } as const;
  await play(hub, { seconds: 120, judged: false, tick });

  assert.deepEqual(await said(hub), ['no_mask end-of-film']);
  assert.equal(hub.context.board.camera('gate', hub.clock.now())?.blind, false);
});

test('a stream that its camera closed is an outage', async (t) => {
  const hub = await started(t);
  await play(hub, { seconds: 6, tracks: false });

  const tick = { state: 'offline', cause: 'ended' } as const;
  await play(hub, { seconds: 60, judged: false, tick });

  assert.deepEqual(await said(hub), ['camera-offline open']);
});

test('a film that cannot be read is an outage', async (t) => {
  const hub = await started(t, film);

  const tick = { state: 'offline', cause: 'other' } as const;
  await play(hub, { seconds: 60, judged: false, tick });

  assert.deepEqual(await said(hub), ['camera-offline open']);
});

test('what was open goes on after a restart: the same violation, no second alert', async (t) => {
  const before = await aHub();
  await before.hub.start();
  await play(before, { seconds: 6 });
  await before.close();
  const { directory, clock } = before;

  const hub = await aHub({ directory, clock });
  t.after(hub.remove);
  await hub.hub.start();
  await clock.advance(2000);
  await play(hub, { seconds: 6 });

  assert.deepEqual(await said(hub), ['no_mask open']);
  await play(hub, { seconds: 15, tracks: false });
  assert.deepEqual(await said(hub), ['no_mask left']);
});

test('an outage that was open before a restart ends when the camera is back', async (t) => {
  const before = await aHub();
  await before.hub.start();
  await play(before, { seconds: 60, judged: false });
  await before.close();
  const { directory, clock } = before;

  const hub = await aHub({ directory, clock });
  t.after(hub.remove);
  await hub.hub.start();
  await play(hub, { seconds: 2, judged: false });
  assert.deepEqual(await said(hub), ['camera-offline open']);
  await play(hub, { seconds: 3, tracks: false });

  assert.deepEqual(await said(hub), ['camera-offline recovered']);
});

test('what is open of a camera that the config has no more ends at the start', async (t) => {
  const before = await aHub();
  await before.hub.start();
  await play(before, { seconds: 60, judged: false });
  await before.close();
  const { directory, clock } = before;

  const config = { cameras: [{ id: 'yard', source: 'rtsp://192.0.2.2/live' }] };
  const hub = await aHub({ directory, clock, config });
  t.after(hub.remove);
  await hub.hub.start();
  await clock.advance(0);

  assert.deepEqual(await said(hub), ['camera-offline camera-lost']);
});

test('an owner that connects is told what to own and who watches', async (t) => {
  const hub = await started(t);
  hub.context.vision.quarantined.add('gate');

  hub.bus.connect(true);

  const [configure, watched] = hub.bus.sent;
  assert.ok(configure?.kind === 'configure');
  assert.deepEqual(configure.cameras, []);
  assert.deepEqual(configure.evidenceStates, ['no_mask']);
  assert.deepEqual(watched, { kind: 'watched', cameraIds: [] });
});

test('ready is said only when the vision process works', async (t) => {
  const hub = await started(t);
  const codes = async () =>
    (await hub.context.readiness.reasons())
      .map(({ code }) => code)
      .filter((code) => code !== 'disk-low');

  assert.deepEqual(await codes(), ['vision-down']);
  hub.bus.connect(true);
  assert.deepEqual(await codes(), ['vision-starting']);
  const status = { at: 0, pid: 1, workers: [], queued: 0, refused: 0, failed: 0, dropped: {} };
  hub.bus.say({ kind: 'status', status });
  assert.deepEqual(await codes(), []);
  await hub.clock.advance(6000);
  assert.deepEqual(await codes(), ['vision-silent']);
  hub.bus.say({ kind: 'fault', code: 'model-altered', message: 'The model is not as it was.' });
  assert.deepEqual(await codes(), ['model-altered']);
});

test('a hold that was under way before a restart is carried on', async (t) => {
  const before = await aHub();
  t.after(before.remove);
  await before.hub.start();
  await play(before, { seconds: 2 });
  assert.deepEqual(await said(before), []);
  const { directory, clock } = before;
  await before.close();

  const hub = await aHub({ directory, clock });
  t.after(hub.close);
  await hub.hub.start();
  await play(hub, { seconds: 2 });

  assert.deepEqual(await said(hub), ['no_mask open']);
});
