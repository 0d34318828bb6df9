/** What people get wrong, and what they are told: each message is printed as it comes. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { Camera } from '@maskwatch/contracts/camera';
import type { Delivery } from '@maskwatch/contracts/delivery';
import type { Status } from '@maskwatch/contracts/http';
import { until } from '@maskwatch/platform/testing/until';
import { type RtspCamera, startRtspCamera } from '../cameras/rtsp-camera.ts';
import { type RunningService, startService, startToEnd } from './start-service.ts';
import { buildVisitsFilm } from './visits-film.ts';

const models = join(import.meta.dirname, '../../models');
const detector = 'face-yolov4-mobilenetv2';
const secret = `whsec_${randomBytes(32).toString('base64')}`;
const empty = 'cameras: []\n';

let folder: string;
let camera: RtspCamera;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maskwatch-bad-input-'));
  const { film } = await buildVisitsFilm(folder);
  camera = await startRtspCamera({ film, user: 'viewer', password: 'right' });
});
after(async () => {
  await camera?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(t: TestContext, config: string, environment = {}): Promise<RunningService> {
  const own = await mkdtemp(join(folder, 'service-'));
  const service = await startService({ folder: own, config, environment });
  t.after(() => service.kill9());
  return service;
}

/** The message of a start that has to fail, with its status in front. */
async function failure(t: TestContext, config: string, more = {}): Promise<string> {
  const own = await mkdtemp(join(folder, 'service-'));
  const { code, stdout, stderr } = await startToEnd({ folder: own, config, ...more });
  assert.equal(stdout, '');
  const said = stderr
    .split('\n')
    .filter((line) => !line.startsWith('{'))
    .join('\n')
    .replaceAll(own, 'FOLDER')
    .replaceAll(folder, 'FOLDER');
  for (const line of `exit ${code}\n${said}`.split('\n')) t.diagnostic(line);
  return `exit ${code}\n${said}`;
}

test('cameras that cannot be read say why, side by side', async (t) => {
  const text = join(folder, 'notes.mp4');
  await writeFile(text, 'This is no film.\n'.repeat(100));
  const service = await start(
    t,
    `cameras:
  - { id: wrong-password, source: "${camera.url}", user: viewer, password: wrong-s3cret }
  - { id: unknown-host, source: "rtsp://camera.invalid/live" }
  - { id: text-file, source: ${text} }
`,
  );

  for (const [id, cause, detail] of [
    ['wrong-password', 'credentials', /refuses user or password.*config/],
    ['unknown-host', 'name', /name in the address is not known/],
    ['text-file', 'other', /no video that can be read/],
  ] as const) {
    const told = await until(
      id,
      async () => {
        const one = await service.get<Camera>(`/cameras/${id}`);
        return one.cause !== 'connecting' && one;
      },
      { withinMs: 40_000 },
    );
    t.diagnostic(`${id}: ${told.state}, ${told.cause}: ${told.detail}`);
    assert.deepEqual([told.state, told.cause], ['offline', cause]);
    assert.match(told.detail!, detail);
  }
  assert.ok(!service.logs.some((line) => line.includes('s3cret')));
});

test('a truncated model is refused at the start', async (t) => {
  const altered = join(folder, 'truncated');
  await cp(models, altered, { recursive: true });
  await truncate(join(altered, detector, `${detector}.onnx`), 1_000_000);

  const said = await failure(t, empty, { environment: { MASKWATCH_MODELS: altered } });

  assert.match(said, /^exit 1\nThe model face-yolov4-mobilenetv2 cannot be used: .* has 1000000 b/);
  assert.match(said, /What to do: Restore/);
});

test('a model that computes something else here is not used, and readiness says so', async (t) => {
  const altered = join(folder, 'golden');
  await cp(models, altered, { recursive: true });
  const path = join(altered, detector, 'model.json');
  const model = JSON.parse(await readFile(path, 'utf8'));
  const [{ samples, range }] = model.golden.outputs;
  samples[0] += range / 10;
  await writeFile(path, JSON.stringify(model));

  const service = await start(t, 'cameras: [{ id: demo, source: demo }]\n', {
    MASKWATCH_MODELS: altered,
  });

  const reason = await until('a reason', async () => {
    const answer = await fetch(`${service.url}/readyz`);
    const { reasons } = (await answer.json()) as Pick<Status, 'reasons'>;
    return answer.status === 503 && reasons.find(({ code }) => code === 'model-golden');
  });
  t.diagnostic(`/readyz 503: ${reason.detail}`);
  assert.match(
    reason.detail,
    /does not compute here what it was released with: .* differs by 10 %/,
  );
});

test('an unknown key of the config is named with its line and the key that was meant', async (t) => {
  const said = await failure(t, 'cameras:\n  - id: door\n    source: demo\n    rat: 5\n');

  assert.match(said, /^exit 2\n/);
  assert.match(said, /cameras\[0\]\.rat: line 4: unknown key, did you mean "rate"\?/);
});

test('a port in use is named with what to do', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  const { port } = server.address() as { port: number };

  const said = await failure(t, empty, { port });

  assert.match(said, /^exit \d\nPort \d+ of 127\.0\.0\.1 is in use\.\nWhat to do: .*--port/);
});

test('without ffmpeg on PATH it says how to install it', async (t) => {
  const said = await failure(t, empty, { environment: { PATH: folder } });

  assert.match(said, /^exit \d\nffmpeg is not on PATH\nWhat to do: Install ffmpeg.*apt-get/);
});

test('a private webhook address is not called, and the log of attempts says what to add', async (t) => {
  const webhooks = `[{ id: desk, url: "http://10.1.2.3/hook", secret: "${secret}" }]`;
  const service = await start(t, `cameras: []\nendpoints: { webhooks: ${webhooks} }\n`);

  const answer = await fetch(`${service.url}/api/v1/endpoints/desk/test`, { method: 'POST' });
  const { id } = (await answer.json()) as Delivery;
  const attempt = await until('an attempt', async () => {
    const { attempts } = await service.get<Delivery>(`/deliveries/${id}`);
    return attempts[0];
  });

  t.diagnostic(`attempt 1: ${attempt.error}`);
  assert.match(attempt.error!, /10\.1\.2\.3.*endpoints\.allow.*10\.1\.2\.3\/32/);
});
