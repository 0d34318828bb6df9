/** A disk without a byte left costs the picture, never the alert. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Alert } from '@maskwatch/contracts/alert';
import type { AlertPage, Status } from '@maskwatch/contracts/http';
import { freePort } from '@maskwatch/platform/testing/free-port';
import { until } from '@maskwatch/platform/testing/until';
import { type RtspCamera, startRtspCamera } from '../cameras/rtsp-camera.ts';
import { WebhookReceiver } from './receiver.ts';
import { type RunningService, startService } from './start-service.ts';
import { buildVisitsFilm } from './visits-film.ts';

let folder: string;
let disk: string;
let film: string;
let camera: RtspCamera | undefined;
let receiver: WebhookReceiver;
let service: RunningService;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maskwatch-full-disk-'));
  disk = join(folder, 'disk');
  await mkdir(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', disk]);
  ({ film } = await buildVisitsFilm(folder));
  const port = await freePort();
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  receiver = await new WebhookReceiver({ secret, file: join(folder, 'taken.jsonl') }).up();
  const config = `
cameras: [{ id: gate, source: "rtsp://127.0.0.1:${port}/live" }]
rules: [{ id: no_mask, states: [no_mask] }]
endpoints:
  allow: [127.0.0.0/8]
  webhooks: [{ id: desk, url: "${receiver.url}", secret: "${secret}", picture: true }]
`;
  service = await startService({ folder, config, data: join(disk, 'data') });
  fill(join(disk, 'filler'));
  camera = await startRtspCamera({ film, port });
});

after(async () => {
  await service?.kill9();
  await camera?.stop();
  await receiver?.close();
  execFileSync('umount', [disk]);
  await rm(folder, { recursive: true, force: true });
});

const reserve = () => existsSync(join(disk, 'data', 'maskwatch.reserve'));

async function newest(): Promise<Alert | undefined> {
  return (await service.get<AlertPage>('/alerts?limit=1')).alerts[0];
}

test('a full disk costs the picture of an alert, and is over when there is room', async (t) => {
  let first: Alert;

  await t.test(
    'the alert is committed and delivered without its picture, and says so',
    async () => {
      assert.equal(reserve(), true);
      first = await until('an alert', newest, { withinMs: 40_000 });
      const taken = await until('its delivery', () => receiver.taken[0]);

      t.diagnostic(`alert: ${first.evidenceMissing}`);
      assert.deepEqual(first.evidence, []);
      assert.match(first.evidenceMissing!, /disk was full/);
      assert.equal(taken.body.data.id, first.id);
      assert.equal(taken.body.data.picture, undefined);
      assert.equal(taken.body.data.pictureMissing, first.evidenceMissing);
    },
  );

  await t.test('the reserve was given up, and readiness and status name the disk', async () => {
    assert.equal(reserve(), false);
    const answer = await fetch(`${service.url}/readyz`);
    const { reasons } = (await answer.json()) as Pick<Status, 'reasons'>;
    const status = await service.get<Status>('/status');

    assert.equal(answer.status, 503);
    for (const { code, detail } of reasons) t.diagnostic(`/readyz 503: ${code}: ${detail}`);
    const full = reasons.find(({ code }) => code === 'disk-full');
    assert.ok(full?.detail.includes(disk));
    assert.deepEqual(status.reasons, reasons);
  });

  await t.test('the next alert is committed and delivered, too', async () => {
    const other = ({ body }: (typeof receiver.taken)[0]) =>
      body.type === 'alert.firing' && body.data.id !== first.id;
    const taken = await until('the next', () => receiver.taken.find(other));

    assert.match(taken.body.data.pictureMissing!, /disk was full/);
  });

  await t.test('when there is room again, pictures are kept and the reserve is made', async () => {
    const { violation } = (await newest())!;
    rmSync(join(disk, 'filler'));
    await until('the reserve', reserve);
    await until('no full disk', async () => {
      const { reasons } = await service.get<Status>('/status');
      return !reasons.some(({ code }) => code === 'disk-full');
    });
    const next = await until('an alert with pictures', async () => {
      const alert = await newest();
      return alert !== undefined && alert.violation.id !== violation.id && alert;
    });

    assert.equal(next.evidence.length, 2);
    const ofIt = () =>
      receiver.taken.find(({ body }) => body.data.id === next.id && body.data.picture);
    await until('its picture at the receiver', ofIt);
    assert.deepEqual(receiver.refused, []);
  });
});

/** Takes the disk's room to the last byte. */
function fill(path: string): void {
  const file = openSync(path, 'a');
  for (let size = 1 << 20; size >= 1; ) {
    try {
      writeSync(file, Buffer.alloc(size));
    } catch (fault) {
      assert.equal((fault as NodeJS.ErrnoException).code, 'ENOSPC');
      size = Math.floor(size / 2);
    }
  }
  closeSync(file);
}
