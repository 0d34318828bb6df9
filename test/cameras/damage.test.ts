/** Streams with flipped bytes: ffmpeg shows what it could decode; what is handed out must be whole. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CameraConfig } from '@maskwatch/contracts/config';
import { type Decoder, findDecoder } from '@maskwatch/ingest/source/decoder';
import { FilmSource } from '@maskwatch/ingest/source/film-source';
import type { Frame, FrameSource } from '@maskwatch/ingest/source/frame-source';
import { openSource } from '@maskwatch/ingest/source/open-source';
import { StartLimiter } from '@maskwatch/ingest/source/start-limiter';
import { startRtspCamera } from './rtsp-camera.ts';
import { mjpeg, startScriptedCamera } from './scripted-camera.ts';
import { cameraFilm, type TemporaryFilms, temporaryFilms } from './temporary-films.ts';

const SIZE = '320x240';
let films: TemporaryFilms;
let decoder: Decoder;
let jpegs: Buffer[];
/** The luma of each of them. */
let known: Set<string>;

before(async () => {
  films = await temporaryFilms();
  decoder = await findDecoder();
  jpegs = await films.jpegs(50, SIZE);
  const all = ['-i', films.path(`${SIZE}-%d.jpg`), '-c', 'copy'];
  known = await whole(await films.film('jpegs.avi', ...all));
});
after(() => films.remove());

interface Watched {
  source: FrameSource;
  /** Such as "live" and "stalled damaged", in their order. */
  states: string[];
  /** Of the luma of each frame that was handed out. */
  hashes: string[];
}

function luma({ picture, release }: Frame): string {
  const hash = createHash('sha1').update(picture.planes[0].data).digest('hex');
  release();
  return hash;
}

function watch(t: TestContext, url: string): Watched {
  const [states, hashes]: [string[], string[]] = [[], []];
  const source = openSource(
    {
      camera: CameraConfig.parse({ id: 'gate', source: url, rate: 5 }),
      ...{ decoder, demoFilm: '', limiter: new StartLimiter() },
    },
    {
      onFrame: (frame) => hashes.push(luma(frame)),
      onStatus: ({ state, cause }) => states.push(cause ? `${state} ${cause}` : state),
    },
  );
  t.after(() => source.stop());
  source.start();
  return { source, states, hashes };
}

async function watchMjpeg(t: TestContext, stream: readonly Buffer[]): Promise<Watched> {
  const camera = await startScriptedCamera(mjpeg({ jpegs: stream, framesPerSecond: 25 }));
  t.after(() => camera.stop());
  return watch(t, `http://127.0.0.1:${camera.port}/video`);
}

async function until(watched: Watched, ...states: string[]): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (watched.states.join() !== states.join()) {
    if (performance.now() > deadline) assert.fail(`instead: ${watched.states.join()}`);
    await sleep(20);
  }
}

/** The luma of every picture of a film that is whole. */
async function whole(path: string): Promise<Set<string>> {
  const hashes = new Set<string>();
  const source = new FilmSource(
    { path, decoder, maxWidth: 1280, maxHeight: 720 },
    { onFrame: (frame) => hashes.add(luma(frame)), onStatus: () => {} },
  );
  source.start();
  assert.equal((await source.ended).problem, undefined);
  await source.stop();
  return hashes;
}

/** In the middle of the picture's data, so that its headers stay. */
function flipped(bytes: Buffer, from: number, step: number): Buffer {
  const damaged = Buffer.from(bytes);
  for (let i = from; i < bytes.length - 2; i += step) damaged[i] = damaged[i]! ^ 0x55;
  return damaged;
}

const brokenJpeg = (jpeg: Buffer) => flipped(jpeg, 700, 97);

/** H.264 whose pictures between the seconds are damaged, key frames (NAL type 5) excepted. */
async function damagedFilm(path: string, [from, to]: [number, number]): Promise<string> {
  const raw = await films.film(
    'whole.h264',
    '-i',
    path,
    '-c',
    'copy',
    '-bsf:v',
    'h264_mp4toannexb',
  );
  const start = Buffer.from([0, 0, 1]);
  const parts: Buffer[] = [];
  const stream = await readFile(raw);
  let picture = -1;
  for (let at = stream.indexOf(start); at >= 0; ) {
    const next = stream.indexOf(start, at + 3);
    const unit = stream.subarray(at, next < 0 ? undefined : next);
    const type = unit[3]! & 31;
    if (type === 1 || type === 5) picture += 1;
    const damage = type === 1 && picture >= from * 25 && picture < to * 25;
    parts.push(damage ? flipped(unit, 40, 211) : unit);
    at = next;
  }
  await writeFile(films.path('damaged.h264'), Buffer.concat(parts));
  return films.path('damaged.h264');
}

describe('damaged streams', { concurrency: true }, () => {
  test('one broken JPEG now and then is not judged, and blinds nobody', async (t) => {
    const stream = jpegs.map((jpeg, n) => (n % 25 === 12 ? brokenJpeg(jpeg) : jpeg));
    const watched = await watchMjpeg(t, stream);
    await until(watched, 'live');
    await sleep(6000);
    const { received, discarded, starts } = watched.source.counters;
    t.diagnostic(`${received} received, ${discarded} discarded`);
    assert.ok(watched.hashes.every((hash) => known.has(hash)));
    assert.ok(discarded >= 4 && discarded < received * 0.5, `${discarded} of ${received}`);
    assert.deepEqual([watched.states, starts], [['live'], 1]);
  });

  test('while most JPEGs are broken the camera says so and none is judged', async (t) => {
    const broken = [...jpegs, ...jpegs, ...jpegs].map(brokenJpeg);
    const watched = await watchMjpeg(t, [...jpegs, ...broken, ...jpegs, ...jpegs, ...jpegs]);
    await until(watched, 'live', 'stalled damaged', 'live');
    while (watched.hashes.length < 9) await sleep(20);
    assert.ok(watched.hashes.every((hash) => known.has(hash)));
    assert.equal(watched.source.counters.starts, 1);
  });

  test('H.264 over RTSP with damaged pictures is not judged, and goes on when it is whole', async (t) => {
    const film = await films.film('camera.mp4', ...cameraFilm(SIZE, 25, 14));
    const clean = await whole(film);
    const camera = await startRtspCamera({ film: await damagedFilm(film, [3, 8]) });
    t.after(() => camera.stop());
    const watched = watch(t, camera.url);
    await until(watched, 'live', 'stalled damaged', 'live');
    while (watched.hashes.length < 10) await sleep(20);
    const strange = watched.hashes.filter((hash) => !clean.has(hash)).length;
    t.diagnostic(`${watched.hashes.length} judged, ${watched.source.counters.discarded} discarded`);
    assert.equal(strange, 0);
    assert.equal(watched.source.counters.starts, 1);
  });
});
