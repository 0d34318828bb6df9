import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LocalHubBus } from '@maskwatch/bus/local-hub-bus';
import { CameraConfig } from '@maskwatch/contracts/config';
import { CameraBoard } from '@maskwatch/hub/cameras/camera-board';
import { VisionWatch } from '@maskwatch/hub/vision-watch';
import { type Clock, FakeClock } from '@maskwatch/platform/clock';
import { silentLogger } from '@maskwatch/platform/logger';
import { until } from '@maskwatch/platform/testing/until';
import { BlindWatch } from '@maskwatch/rules/blind-watch';
import { VisionSupervisor } from './vision-supervisor.ts';

/** A vision process that does what `body` says, with the real bus. */
async function script(folder: string, body: string): Promise<string> {
  const path = join(folder, 'vision.mjs');
  const bus = import.meta.resolve('@maskwatch/bus/local-ingest-bus');
  const text = `
    import { Socket } from 'node:net';
    import { LocalIngestBus } from '${bus}';
    const bus = new LocalIngestBus(new Socket({ fd: 3 }));
    bus.onClosed(() => process.kill(process.pid, 'SIGKILL'));
    const status = { at: 0, pid: process.pid, workers: [], queued: 0, refused: 0, failed: 0, dropped: {} };
    ${body}
  `;
  await writeFile(path, text);
  return path;
}

async function aSupervisor(t: { after(fn: () => Promise<void>): void }, body: string) {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-supervisor-'));
  const fake = new FakeClock();
  const stoodStill = { ms: 0 };
  const clock: Clock = {
    now: () => fake.now() + stoodStill.ms,
    setTimer: (callback, ms) => fake.setTimer(callback, ms),
  };
  const bus = new LocalHubBus(silentLogger);
  const vision = new VisionWatch(clock.now());
  bus.onMessage((message) => vision.heard(message, clock.now()));
  bus.onConnected((connected) => {
    vision.connected = connected;
    if (connected) vision.heardAt = clock.now();
  });
  const cameras = [CameraConfig.parse({ id: 'gate', source: 'demo' })];
  const board = new CameraBoard({
    ...{ cameras, zones: [], smallestJudged: 32, startedAt: clock.now() },
    blindWatch: new BlindWatch({ offlineAfterMs: 30_000, newId: () => 'id' }),
  });
  const supervisor = new VisionSupervisor({
    ...{ bus, vision, board, clock, cameraIds: ['gate'], logger: silentLogger },
    script: await script(folder, body),
  });
  t.after(async () => {
    const stopped = supervisor.stop();
    await fake.advance(6000);
    await stopped;
    await rm(folder, { recursive: true });
  });
  supervisor.start();
  const gate = () => board.camera('gate', clock.now());
  const cause = () => gate()?.cause;
  // The clock goes on between two deaths: its time tells this one from the one before.
  const died = () => cause() === 'vision-process' && gate()?.since === clock.now();
  return { supervisor, vision, clock: fake, stoodStill, cause, died };
}

const statuses = "setInterval(() => bus.send({ kind: 'status', status }), 50);";

test('three deaths over one camera keep it out, and its last words count', async (t) => {
  const { vision, clock, cause, died } = await aSupervisor(
    t,
    `bus.send({ kind: 'in-flight', cameraId: 'gate' });
     await new Promise((resolve) => setImmediate(resolve));
     process.kill(process.pid, 'SIGKILL');`,
  );

  for (const pauseMs of [500, 1000, 2000]) {
    await until('a death', died);
    assert.deepEqual([...vision.inFlight], ['gate']);
    const { starts } = vision;
    await clock.advance(pauseMs - 1);
    assert.equal(vision.starts, starts);
    await clock.advance(1);
    assert.equal(vision.starts, starts + 1);
  }

  assert.equal(vision.starts, 4);
  assert.deepEqual([...vision.quarantined], ['gate']);
  assert.equal(cause(), 'quarantined');
});

test('a process that says nothing is ended and started again', async (t) => {
  const { vision, clock } = await aSupervisor(t, 'setInterval(() => {}, 1000);');
  await clock.advance(59_000);
  assert.equal(vision.connected, true);

  await clock.advance(3000);
  await until('its end', () => !vision.connected);
  await clock.advance(500);

  assert.equal(vision.starts, 2);
});

test('a process that stops talking is ended after 10 s', async (t) => {
  const { vision, clock } = await aSupervisor(
    t,
    "bus.send({ kind: 'status', status }); setInterval(() => {}, 1000);",
  );
  await until('a status', () => vision.status !== undefined);

  await clock.advance(12_000);

  await until('its end', () => !vision.connected);
});

test('when the hub itself stood still its vision process is left alone', async (t) => {
  const { vision, clock, stoodStill } = await aSupervisor(t, statuses);
  await until('a status', () => vision.status !== undefined);
  const pid = vision.status?.pid;

  stoodStill.ms = 30_000;
  await clock.advance(1000);
  const before = vision.heardAt;
  await until('a word', () => vision.heardAt > before);
  await clock.advance(2000);
  await new Promise((resolve) => setTimeout(resolve, 100));

  assert.equal(vision.starts, 1);
  assert.equal(vision.status?.pid, pid);
});

test('stopping lets the process end by itself, and starts no other', async (t) => {
  const { supervisor, vision, clock } = await aSupervisor(
    t,
    `${statuses} bus.onMessage(({ kind }) => kind === 'stop' && process.exit(0));`,
  );
  await until('a status', () => vision.status !== undefined);

  await supervisor.stop();
  await clock.advance(60_000);

  assert.equal(vision.starts, 1);
  assert.equal(vision.connected, false);
});
