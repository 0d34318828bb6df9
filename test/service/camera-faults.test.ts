/** Cameras that go, hang and refuse, side by side in one service. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Camera } from '@maskwatch/contracts/camera';
import { until } from '@maskwatch/platform/testing/until';
import { type RtspCamera, startRtspCamera } from '../cameras/rtsp-camera.ts';
import { cameraFilm, type TemporaryFilms, temporaryFilms } from '../cameras/temporary-films.ts';
import { WebhookReceiver } from './receiver.ts';
import { type RunningService, startService } from './start-service.ts';

let films: TemporaryFilms;
let film: string;
let killed: RtspCamera;
let stopped: RtspCamera;
let locked: RtspCamera;
let receiver: WebhookReceiver;
let service: RunningService;

before(async () => {
  films = await temporaryFilms();
  film = await films.film('camera.mp4', ...cameraFilm('640x360', 25, 2));
  [killed, stopped, locked] = await Promise.all([
    startRtspCamera({ film }),
    startRtspCamera({ film }),
    startRtspCamera({ film, user: 'viewer', password: 'right' }),
  ]);
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  receiver = await new WebhookReceiver({ secret, file: films.path('taken.jsonl') }).up();
  const config = `
cameras:
  - { id: killed, source: "${killed.url}" }
  - { id: stopped, source: "${stopped.url}" }
  - { id: locked, source: "${locked.url}", user: viewer, password: wrong }
offlineAfter: 8s
endpoints:
  allow: [127.0.0.0/8]
  webhooks: [{ id: desk, url: "${receiver.url}", secret: "${secret}" }]
`;
  service = await startService({ folder: join(film, '..'), config });
});

after(async () => {
  await service?.stop();
  for (const camera of [killed, stopped, locked]) await camera?.stop();
  await receiver?.close();
  await films?.remove();
});

const look = (id: string) => service.get<Camera>(`/cameras/${id}`);

function judgedAfter(id: string, at: number, withinMs: number): Promise<Camera> {
  return until(
    `${id} is judged`,
    async () => {
      const camera = await look(id);
      return camera.state === 'live' && (camera.lastJudgedAt ?? 0) > at && camera;
    },
    { withinMs },
  );
}

function told(camera: string, type: 'alert.firing' | 'alert.ended') {
  return receiver.taken.find(({ body }) => body.data.camera === camera && body.type === type);
}

test('cameras that fail side by side', { concurrency: true }, async (t) => {
  await Promise.all([judgedAfter('killed', 0, 20_000), judgedAfter('stopped', 0, 20_000)]);

  const tests = [
    t.test('a server that was killed for 10 s: its picture is back within 5 s', async (t) => {
      await killed.stop();
      await sleep(10_000);
      killed = await startRtspCamera({ film, port: killed.port });
      const at = Date.now();
      const { lastJudgedAt } = await judgedAfter('killed', at, 5000);

      t.diagnostic(`back after ${Math.round(lastJudgedAt! - at)} ms`);
    }),

    t.test('a server that hangs: stalled, told, and told again when it is back', async (t) => {
      stopped.freeze();
      const at = Date.now();
      const stalled = await until(
        'stalled',
        async () => {
          const camera = await look('stopped');
          return camera.state === 'stalled' && camera;
        },
        { withinMs: 15_000 },
      );
      t.diagnostic(`stalled after ${Date.now() - at} ms, ${stalled.cause}: ${stalled.detail}`);
      assert.equal(stalled.cause, 'timeout');
      assert.match(stalled.detail!, /takes connections, but no picture comes/);

      const { body } = await until('its alert', () => told('stopped', 'alert.firing'));
      t.diagnostic(`alert after ${Date.now() - at} ms`);
      assert.equal(body.data.rule, 'camera-offline');
      assert.equal((await look('stopped')).blind, true);

      stopped.thaw();
      const end = await until('its end', () => told('stopped', 'alert.ended'));
      assert.deepEqual([end.body.data.id, end.body.data.ended], [body.data.id, 'recovered']);
      assert.equal((await look('stopped')).state, 'live');
    }),

    t.test('a wrong password: the cause, an alert, and few tries', async () => {
      const { body } = await until('its alert', () => told('locked', 'alert.firing'), {
        withinMs: 40_000,
      });
      const camera = await look('locked');

      assert.deepEqual([camera.state, camera.cause], ['offline', 'credentials']);
      assert.equal(body.data.rule, 'camera-offline');
      // Cameras lock a user out after a few wrong passwords.
      assert.equal(camera.counters.starts, 1);
    }),
  ];
  await Promise.all(tests);

  await t.test('the short gap raised no alert', () => {
    assert.equal(told('killed', 'alert.firing'), undefined);
    assert.deepEqual(receiver.refused, []);
  });
});
