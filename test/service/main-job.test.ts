/** The main job from end to end: a camera's pictures in, one alert for one violation out. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Alert } from '@maskwatch/contracts/alert';
import type { Camera } from '@maskwatch/contracts/camera';
import type { AlertPage } from '@maskwatch/contracts/http';
import type { LivePicture } from '@maskwatch/contracts/live';
import { until } from '@maskwatch/platform/testing/until';
import sharp from 'sharp';
import { io, type Socket } from 'socket.io-client';
import { type RtspCamera, startRtspCamera } from '../cameras/rtsp-camera.ts';
import { WebhookReceiver } from './receiver.ts';
import { descendants, type RunningService, startService, stillRunning } from './start-service.ts';
import { buildVisitsFilm } from './visits-film.ts';

let folder: string;
let camera: RtspCamera;
let receiver: WebhookReceiver;
let service: RunningService;
let viewer: Socket;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maskwatch-service-'));
  const { film } = await buildVisitsFilm(folder);
  camera = await startRtspCamera({ film, user: 'viewer', password: 'p@ss/w0rd' });
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  receiver = await new WebhookReceiver({ secret, file: join(folder, 'taken.jsonl') }).up();
  const config = `
cameras:
  - { id: gate, source: "${camera.url}", user: viewer, password: p@ss/w0rd }
rules: [{ id: no_mask, states: [no_mask] }]
endpoints:
  allow: [127.0.0.0/8]
  webhooks: [{ id: desk, url: "${receiver.url}", secret: "${secret}", picture: true }]
`;
  await receiver.down();
  service = await startService({ folder, config });
  viewer = io(service.url, { transports: ['websocket'] });
});

after(async () => {
  viewer?.disconnect();
  await service?.kill9();
  await camera?.stop();
  await receiver?.close();
  await rm(folder, { recursive: true, force: true });
});

test('from a camera to a person who handles the alert', async (t) => {
  const alerts: Alert[] = [];
  viewer.on('alert', (alert: Alert) => alerts.push(alert));

  await t.test('the camera is live', async () => {
    await until('live', async () => {
      const { cameras } = await service.get<{ cameras: Camera[] }>('/cameras');
      return cameras[0]?.state === 'live' && cameras[0].lastJudgedAt;
    });
    const gate = await until('its size', async () => {
      const one = await service.get<Camera>('/cameras/gate');
      return one.width !== undefined && one;
    });
    assert.deepEqual([gate.width, gate.height, gate.kind], [1280, 720, 'rtsp']);
  });

  await t.test('a viewer gets pictures with the boxes of the same frame', async () => {
    const pictures = await watch(viewer, 10);

    for (const { observation, jpeg } of pictures) {
      const { width = 0, height = 0 } = await sharp(jpeg).metadata();
      assert.equal(width / height, observation.width / observation.height);
      assert.ok(observation.tracks.length > 0);
    }
    const sequences = pictures.map(({ observation }) => observation.sequence);
    assert.deepEqual(
      sequences,
      [...new Set(sequences)].sort((a, b) => a - b),
    );
  });

  const [alert] = await until('an alert', () => alerts.length > 0 && alerts);
  await t.test('one violation raises one alert, with pictures that can be decoded', async () => {
    assert.equal(alert!.violation.state, 'no_mask');
    assert.equal(alert!.condition, 'firing');
    assert.deepEqual(alert!.evidence.map(({ kind }) => kind).sort(), ['crop', 'picture']);
    for (const { id, width, height, bytes } of alert!.evidence) {
      const answer = await fetch(`${service.url}/api/v1/evidence/${id}/picture`);
      const jpeg = Buffer.from(await answer.arrayBuffer());
      const decoded = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
      assert.deepEqual([decoded.info.width, decoded.info.height], [width, height]);
      assert.equal(jpeg.length, bytes);
    }
  });

  await t.test('it waits for a receiver that is down, and comes signed when it is up', async () => {
    type Attempts = { deliveries: { attempts: { error?: string }[] }[] };
    const path = `/deliveries?alert=${alert!.id}`;
    const failed = await until('two failed attempts', async () => {
      const { deliveries } = await service.get<Attempts>(path);
      const attempts = deliveries[0]?.attempts ?? [];
      return attempts.length >= 2 && attempts;
    });
    assert.match(failed[0]!.error!, /refused the connection/);
    await receiver.up();
    const ofAlert = () => receiver.taken.find(({ body }) => body.data.id === alert!.id);
    const taken = await until('a delivery', ofAlert, { withinMs: 40_000 });

    assert.equal(taken.body.type, 'alert.firing');
    const picture = Buffer.from(taken.body.data.picture!, 'base64');
    assert.ok(picture.length <= 200_000);
    assert.equal((await sharp(picture).metadata()).width, 1280);
  });

  await t.test('its end follows its beginning', async () => {
    const ended = () =>
      receiver.taken.find(({ body }) => body.type === 'alert.ended' && body.data.id === alert!.id);
    const { body } = await until('the end', ended, { withinMs: 40_000 });

    assert.equal(body.data.ended, 'left');
    assert.ok(Date.parse(body.data.endedAt!) > Date.parse(body.data.startedAt));
    const ofAlert = receiver.taken.filter((taken) => taken.body.data.id === alert!.id);
    assert.deepEqual(
      ofAlert.map((taken) => taken.body.type),
      ['alert.firing', 'alert.ended'],
    );
  });

  await t.test('it is acknowledged, then dismissed, and viewers are told', async () => {
    await handle(alert!.id, { handling: 'acknowledged' });
    await handle(alert!.id, { handling: 'dismissed', reason: 'unclear' });

    const told = await until('told', () =>
      alerts.findLast(({ id, handling }) => id === alert!.id && handling === 'dismissed'),
    );
    assert.equal(told.dismissReason, 'unclear');
    const after = await service.get<AlertPage>(`/alerts?after=${told.sequence - 1}`);
    assert.ok(after.alerts.some(({ id, sequence }) => id === told.id && sequence >= told.sequence));
  });

  await t.test('each visitor raised one alert and nothing was refused', async () => {
    const { alerts: all } = await service.get<AlertPage>('/alerts');
    const starts = all.map(({ violation }) => violation.startedAt).sort((a, b) => a - b);
    starts.slice(1).forEach((at, n) => {
      // A visitor comes each 10 s.
      assert.ok(at - starts[n]! > 7000, `${at - starts[n]!} ms`);
    });
    assert.deepEqual(receiver.refused, []);
  });

  await t.test('SIGTERM ends it with all its children', async () => {
    const before = descendants(service.pid);
    assert.ok(before.some(({ command }) => command === 'ffmpeg'));

    assert.equal(await service.stop(), 0);

    assert.deepEqual(stillRunning(before), []);
    assert.ok(!service.logs.some((line) => line.includes('w0rd')));
  });
});

interface Seen extends LivePicture {
  jpeg: Buffer;
}

/** The next pictures, each acknowledged when it was taken. */
function watch(socket: Socket, count: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  return new Promise((resolve) => {
    socket.on('picture', (live: LivePicture, jpeg: Buffer, acknowledge: () => void) => {
      if (live.observation.tracks.length > 0) seen.push({ ...live, jpeg });
      acknowledge();
      if (seen.length === count) resolve(seen);
    });
    socket.emit('watch', ['gate']);
  });
}

async function handle(id: string, body: object): Promise<void> {
  const answer = await fetch(`${service.url}/api/v1/alerts/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200, await answer.text());
}
