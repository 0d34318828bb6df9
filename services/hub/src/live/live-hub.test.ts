import assert from 'node:assert/strict';
import type { Socket as TcpSocket } from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import type { Camera } from '@maskwatch/contracts/camera';
import type { LivePicture } from '@maskwatch/contracts/live';
import type { ProblemDetails } from '@maskwatch/contracts/problem';
import { anOpening } from '@maskwatch/store/builders';
import { io, type Socket } from 'socket.io-client';
import { type AHub, aHub } from '../testing/a-hub.ts';

const token = 'a-token-of-16-chars';
let hub: AHub;
let url: string;
const viewers: Socket[] = [];

before(async () => {
  hub = await aHub({ config: { access: { port: 0, token, viewers: 4 } } });
  const { port } = await hub.hub.start();
  url = `http://127.0.0.1:${port}`;
});
afterEach(async () => {
  for (const viewer of viewers.splice(0)) viewer.disconnect();
  await until(() => hub.context.live.viewers === 0);
});
after(() => hub.remove());

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, 'not within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function connected(authorization = `Bearer ${token}`): Socket {
  const viewer = io(url, {
    ...{ transports: ['websocket'], forceNew: true, reconnection: false },
    extraHeaders: { authorization },
  });
  viewers.push(viewer);
  return viewer;
}

/** A viewer of these cameras that acknowledges when the test says so. */
async function watching(cameraIds: string[]) {
  const viewer = connected();
  const seen: { sequence: number; jpeg: string; acknowledge: () => void }[] = [];
  viewer.on('picture', ({ observation }: LivePicture, jpeg: Buffer, acknowledge: () => void) => {
    seen.push({ sequence: observation.sequence, jpeg: jpeg.toString(), acknowledge });
  });
  const before = hub.bus.sent.length;
  viewer.emit('watch', cameraIds);
  await until(() => hub.bus.sent.length > before);
  return { viewer, seen };
}

function picture(sequence: number, cameraId = 'gate'): void {
  const observation = {
    ...{ cameraId, sequence, capturedAt: hub.clock.now(), width: 64, height: 48 },
    ...{ tracks: [], coveredMs: 200 },
  };
  hub.bus.say({ kind: 'picture', observation }, Buffer.from(`jpeg ${sequence}`));
}

const sequences = (seen: { sequence: number }[]) => seen.map(({ sequence }) => sequence);

test('a viewer gets the next picture when the last is acknowledged, and the newest', async () => {
  const { seen } = await watching(['gate']);
  const skipped = hub.context.live.skipped;

  for (const n of [1, 2, 3, 4]) picture(n);
  await until(() => seen.length === 1);
  seen[0]!.acknowledge();
  await until(() => seen.length === 2);

  assert.deepEqual(sequences(seen), [1, 4]);
  assert.equal(seen[1]?.jpeg, 'jpeg 4');
  assert.equal(hub.context.live.skipped - skipped, 2);
});

test('a slow viewer holds up no other one, nor its own other cameras', async () => {
  const slow = await watching(['gate', 'yard']);
  const quick = await watching(['gate']);

  picture(1);
  await until(() => slow.seen.length === 1 && quick.seen.length === 1);
  quick.seen[0]!.acknowledge();
  picture(2, 'yard');
  await until(() => slow.seen.length === 2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  picture(3);
  await until(() => quick.seen.length === 2);

  assert.deepEqual(sequences(slow.seen), [1, 2]);
});

test('who does not acknowledge gets the next picture after 5 s, and is cut off after a minute', async () => {
  const { viewer, seen } = await watching(['gate']);

  for (let n = 1; n < 12; n += 1) {
    picture(n);
    await until(() => seen.length === n);
    await hub.clock.advance(5000);
  }
  assert.equal(viewer.connected, true);
  picture(12);
  await until(() => seen.length === 12);
  await hub.clock.advance(5000);

  await until(() => !viewer.connected);
});

test('who takes nothing is cut off within 15 s, also where it watches nothing', async () => {
  const viewer = connected();
  const other = connected();
  await until(() => hub.context.live.viewers === 2);
  const below = (viewer.io.engine.transport as unknown as { ws: { _socket: TcpSocket } }).ws
    ._socket;
  below.pause();
  const alert = await hub.store.open(anOpening('stuck'));
  const text = 'a long sentence '.repeat(1000);
  const heard = new Promise<void>((resolve) => {
    other.on('alert', (_alert, follows) => follows === 1500 && resolve());
  });
  for (let n = 1; n <= 1500; n += 1) hub.context.live.alert({ ...alert, evidenceMissing: text }, n);
  await heard;

  for (let n = 0; n < 14; n += 1) await hub.clock.advance(1000);
  assert.equal(hub.context.live.viewers, 2);
  await hub.clock.advance(1000);

  assert.equal(hub.context.live.viewers, 1);
  assert.equal(other.connected, true);
  below.destroy();
});

test('owners hear who is watched, and that nobody is', async () => {
  const watched = () => hub.bus.sent.findLast((message) => message.kind === 'watched')?.cameraIds;
  const first = await watching(['gate']);
  await watching(['gate', 'yard']);
  assert.deepEqual(watched(), ['gate', 'yard']);

  for (const viewer of viewers) viewer.disconnect();
  await until(() => hub.context.live.viewers === 0);

  assert.deepEqual(watched(), []);
  assert.equal(first.seen.length, 0);
});

test('a picture of a camera that is watched no more is not sent', async () => {
  const { viewer, seen } = await watching(['gate']);
  picture(1);
  await until(() => seen.length === 1);
  picture(2);

  viewer.emit('watch', []);
  await until(() => hub.context.live.watched.length === 0);
  seen[0]!.acknowledge();
  await new Promise((resolve) => setTimeout(resolve, 50));

  assert.deepEqual(sequences(seen), [1]);
});

test('what is no list of cameras ends the connection', async () => {
  const viewer = connected();
  await until(() => viewer.connected);

  viewer.emit('watch', [{ no: 'id' }]);

  await until(() => !viewer.connected);
});

test('without the token nobody gets in', async () => {
  const viewer = connected('Bearer wrong');
  const refused = new Promise((resolve) => viewer.once('connect_error', resolve));

  await refused;

  assert.equal(hub.context.live.viewers, 0);
});

test('all viewers hear of an alert, and of their cameras each second', async () => {
  const viewer = connected();
  const alerts: string[] = [];
  const cameras: Camera[][] = [];
  viewer.on('alert', ({ id }) => alerts.push(id));
  viewer.on('cameras', (all: Camera[]) => cameras.push(all));
  await until(() => hub.context.live.viewers === 1);
  const alert = await hub.store.open(anOpening('one'));

  hub.context.feed.changed(alert.sequence);
  await until(() => alerts.length === 1);
  await hub.clock.advance(1000);
  await until(() => cameras.length > 0);

  assert.deepEqual(alerts, ['a-one']);
  assert.deepEqual(
    cameras[0]?.map(({ id }) => id),
    ['gate'],
  );
});

test('who comes when all places are taken is told so, and comes in when one is free', async () => {
  const first = connected();
  for (let n = 1; n < 4; n += 1) connected();
  await until(() => hub.context.live.viewers === 4);
  const late = connected();
  const refused = await new Promise<Error & { data: ProblemDetails }>((resolve) =>
    late.once('connect_error', (fault) => resolve(fault as Error & { data: ProblemDetails })),
  );

  assert.equal(refused.data.code, 'viewers-many');
  assert.match(refused.message, /4 viewers already/);
  assert.match(refused.data.action ?? '', /access\.viewers/);
  assert.equal(hub.context.live.refused, 1);
  first.disconnect();
  await until(() => hub.context.live.viewers === 3);
  late.connect();
  await until(() => hub.context.live.viewers === 4);
});
