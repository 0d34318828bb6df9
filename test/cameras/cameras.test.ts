/** Cameras that fail in the ways that real ones do, with the real ffmpeg between them and us. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CameraConfig } from '@maskwatch/contracts/config';
import type { Deadlines } from '@maskwatch/ingest/source/deadlines';
import { type Decoder, findDecoder } from '@maskwatch/ingest/source/decoder';
import type { FrameSource, SourceStatus } from '@maskwatch/ingest/source/frame-source';
import { openSource } from '@maskwatch/ingest/source/open-source';
import { StartLimiter } from '@maskwatch/ingest/source/start-limiter';
import { until } from '@maskwatch/platform/testing/until';
import { startRtspCamera } from './rtsp-camera.ts';
import {
  blackHole,
  httpStatus,
  type MjpegScript,
  mjpeg,
  rtspStatus,
  startScriptedCamera,
} from './scripted-camera.ts';
import { cameraFilm, type TemporaryFilms, temporaryFilms } from './temporary-films.ts';

let films: TemporaryFilms;
let decoder: Decoder;
let jpegs: Buffer[];
let film: string;

before(async () => {
  films = await temporaryFilms();
  decoder = await findDecoder();
  jpegs = await films.jpegs(50, '320x240');
  film = await films.film('camera.mp4', ...cameraFilm('640x360', 25, 2));
});
after(() => films.remove());

/** What a test started, stopped after it also when it fails: a source never ends by itself. */
const started: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of started.splice(0).reverse()) await part.stop();
});

function ending<T extends { stop(): Promise<void> }>(part: T): T {
  started.push(part);
  return part;
}

/**
 * A tenth of the service's deadlines, for cameras that fall silent. For no others: on a busy machine
 * a camera that is well, or a refusal, may be as late.
 */
const SHORT: Partial<Deadlines> = {
  networkMs: 500,
  nextMs: 1000,
  firstMs: 2000,
  differentMs: 1500,
};

interface Watched {
  source: FrameSource;
  states: SourceStatus[];
  frames: { at: number; size: string }[];
  /** Waits until the state is reached; fails after 15 s with what was seen instead. */
  until(state: SourceStatus['state']): Promise<SourceStatus>;
}

function watch(
  camera: { source: string; user?: string; password?: string },
  deadlines: Partial<Deadlines> = {},
): Watched {
  const states: SourceStatus[] = [];
  const frames: Watched['frames'] = [];
  const source = openSource(
    {
      camera: CameraConfig.parse({ id: 'gate', ...camera }),
      ...{ decoder, demoFilm: film, limiter: new StartLimiter(), deadlines },
    },
    {
      onStatus: (status) => states.push(status),
      onFrame(frame) {
        frames.push({
          at: frame.capturedAt,
          size: `${frame.picture.width}x${frame.picture.height}`,
        });
        frame.release();
      },
    },
  );
  ending(source).start();
  const until = async (state: SourceStatus['state']) => {
    const deadline = performance.now() + 15_000;
    while (source.status.state !== state || source.status.cause === 'connecting') {
      if (performance.now() > deadline) {
        assert.fail(`${state} was not reached: ${JSON.stringify([source.status, ...states])}`);
      }
      await sleep(10);
    }
    return source.status;
  };
  return { source, states, frames, until };
}

async function watchMjpeg(
  script: Partial<MjpegScript>,
  deadlines: Partial<Deadlines> = {},
): Promise<Watched & { connections(): number }> {
  const camera = ending(
    await startScriptedCamera(mjpeg({ jpegs, framesPerSecond: 25, ...script })),
  );
  const watched = watch({ source: `http://127.0.0.1:${camera.port}/video` }, deadlines);
  return { ...watched, connections: () => camera.connections };
}

async function refusal(script: Parameters<typeof startScriptedCamera>[0], scheme: string) {
  const camera = ending(await startScriptedCamera(script));
  const source = `${scheme}://127.0.0.1:${camera.port}/live`;
  const watched = watch({ source, user: 'me', password: 'word' });
  const status = await watched.until('offline');
  await sleep(1300);
  assert.deepEqual(
    [watched.source.status.state, watched.source.status.cause],
    ['offline', status.cause],
  );
  return { cause: status.cause, detail: status.detail ?? '', connections: camera.connections };
}

test('a server that takes connections and never answers is stalled, and is tried again', async () => {
  const camera = ending(await startScriptedCamera(blackHole));
  const watched = watch({ source: `rtsp://127.0.0.1:${camera.port}/live` }, SHORT);
  const status = await watched.until('stalled');
  assert.equal(status.cause, 'timeout');
  await until('another try', () => watched.source.counters.starts >= 2);
  assert.equal(watched.source.status.state, 'stalled');
});

test('an MJPEG stream that falls silent is stalled and comes back', async () => {
  const watched = await watchMjpeg({ after: 30, afterwards: 'stall' }, SHORT);
  await watched.until('live');
  await until('another connection', () => watched.connections() >= 2);
  const { received } = watched.source.counters;
  await until('pictures of it', () => watched.source.counters.received > received);
});

test('a drip of bytes is no picture: deadlines are on decoded frames', async () => {
  const watched = await watchMjpeg({ after: 30, afterwards: 'drip' }, SHORT);
  await watched.until('live');
  await watched.until('stalled');
  await watched.until('live');
  assert.ok(watched.connections() >= 2);
});

test('a camera that shows one picture for ever is frozen', async () => {
  const watched = await watchMjpeg({ jpegs: jpegs.slice(0, 1) }, SHORT);
  const status = await watched.until('frozen');
  assert.equal(status.cause, 'frozen');
});

test('damaged pictures end nothing, and noise between pictures is survived', async () => {
  const damaged = jpegs.map((jpeg) => {
    const bytes = Buffer.from(jpeg);
    for (let i = 700; i < bytes.length - 2; i += 97) bytes[i] = bytes[i]! ^ 0x55;
    return bytes;
  });
  const mixed = await watchMjpeg({ jpegs: [...jpegs.slice(0, 20), ...damaged] });
  const noisy = await watchMjpeg({ after: 20, afterwards: 'noise' });
  await Promise.all([mixed.until('live'), noisy.until('live')]);
  await until('pictures after the noise', () => {
    const { starts, received } = noisy.source.counters;
    return starts >= 2 && received >= 6;
  });
  await until('damaged ones, and whole ones again', () => mixed.source.counters.received >= 20);
  assert.equal(mixed.source.counters.starts, 1);
});

test('pictures keep their size when the camera changes its own', async () => {
  const other = await films.jpegs(50, '640x480');
  const watched = await watchMjpeg({
    jpegs: [...jpegs.slice(0, 25), ...other, ...jpegs.slice(25)],
  });
  await until('pictures of both sizes', () => watched.frames.length >= 12);
  assert.deepEqual([...new Set(watched.frames.map((frame) => frame.size))], ['320x240']);
});

test('a picture of 144 million pixels is refused before it is decoded', async () => {
  const path = await films.film(
    'bomb.jpg',
    '-f',
    'lavfi',
    '-i',
    'color=s=12000x12000',
    '-frames:v',
    '1',
  );
  const watched = await watchMjpeg({ jpegs: [await readFile(path)], framesPerSecond: 4 }, SHORT);
  const status = await watched.until('offline');
  assert.equal(status.cause, 'no-picture');
  assert.equal(watched.source.counters.received, 0);
});

test('sixty frames a second become the five that were asked for, without a restart', async () => {
  const watched = await watchMjpeg({ framesPerSecond: 60 });
  await watched.until('live');
  const before = watched.frames.length;
  const began = performance.now();
  await sleep(2000);
  const rate = (watched.frames.length - before) / ((performance.now() - began) / 1000);
  assert.ok(rate >= 4 && rate <= 6, `${rate} a second`);
  assert.equal(watched.source.counters.starts, 1);
});

const REFUSALS: [line: string, cause: string][] = [
  ['401 Unauthorized', 'credentials'],
  ['404 Not Found', 'not-found'],
  ['453 Not Enough Bandwidth', 'too-many-sessions'],
];

for (const [line, cause] of REFUSALS) {
  test(`RTSP ${line} is offline with the cause "${cause}", though connections are taken`, async () => {
    const answer = await refusal(rtspStatus(line), 'rtsp');
    assert.equal(answer.cause, cause);
    assert.match(answer.detail, /\. /);
    if (cause !== 'not-found') assert.ok(answer.connections <= 2, 'tried, and probed, once');
  });
}

test('HTTP 401 is a matter of credentials', async () => {
  assert.equal((await refusal(httpStatus('401 Unauthorized'), 'http')).cause, 'credentials');
});

test('without ffmpeg a camera says what to install', async () => {
  const missing = { ...decoder, ffmpeg: '/nowhere/ffmpeg' };
  const states: SourceStatus[] = [];
  const source = openSource(
    {
      camera: CameraConfig.parse({ id: 'gate', source: 'demo' }),
      ...{ decoder: missing, demoFilm: film, limiter: new StartLimiter() },
    },
    { onFrame: () => {}, onStatus: (status) => states.push(status) },
  );
  source.start();
  const first = await until('a state', () => states[0]);
  await source.stop();
  assert.equal(first.cause, 'decoder-missing');
});

test('the demo film plays at its own pace beyond its end', async () => {
  const watched = watch({ source: 'demo' });
  await watched.until('live');
  await sleep(3000);
  const { length } = watched.frames;
  assert.ok(length >= 11 && length <= 17, `${length} frames`);
  assert.equal(watched.source.counters.starts, 1);
});

test('a real RTSP camera: password, stop without closing, return', async () => {
  const password = 'a#b@c%d/e?';
  const options = { film, user: 'me', password };
  let camera = ending(await startRtspCamera(options));
  const wrong = watch({ source: camera.url, user: 'me', password: 'a#b@c%d/e' });
  const patient = { networkMs: 1000, nextMs: 3000, firstMs: 8000 };
  const watched = watch({ source: camera.url, user: 'me', password }, patient);
  await watched.until('live');
  assert.equal((await wrong.until('offline')).cause, 'credentials');

  camera.freeze();
  const stalled = await watched.until('stalled');
  assert.equal(stalled.cause, 'timeout');
  camera.thaw();
  await watched.until('live');

  await camera.stop();
  assert.equal((await watched.until('offline')).cause, 'refused');
  camera = ending(await startRtspCamera({ ...options, port: camera.port }));
  const back = performance.now();
  await watched.until('live');
  assert.ok(performance.now() - back < 5000, `back after ${performance.now() - back} ms`);
});

test('nothing is left behind', () => {
  const children = execFileSync('ps', ['-o', 'pid=,stat=,args=', '--ppid', String(process.pid)]);
  const left = children
    .toString()
    .split('\n')
    .filter((line) => /ffmpeg|mkfifo|rtsp-server/.test(line));
  assert.deepEqual(left, []);
});
