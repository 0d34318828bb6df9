/** Films of every listed kind through the real ffmpeg. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { type Decoder, findDecoder } from '@maskwatch/ingest/source/decoder';
import { probeFilm } from '@maskwatch/ingest/source/film-probe';
import { FilmSource, type FilmSourceOptions } from '@maskwatch/ingest/source/film-source';
import type { Frame } from '@maskwatch/ingest/source/frame-source';
import { type TemporaryFilms, temporaryFilms } from './temporary-films.ts';

let films: TemporaryFilms;
let decoder: Decoder;

before(async () => {
  films = await temporaryFilms();
  decoder = await findDecoder();
});
after(() => films.remove());

interface Seen {
  times: number[];
  sizes: string[];
  frames: number;
  problem?: string;
}

/** Reads a film to its end, releasing each frame a moment later. */
async function play(path: string, options: Partial<FilmSourceOptions> = {}): Promise<Seen> {
  const seen: Seen = { times: [], sizes: [], frames: 0 };
  const onFrame = (frame: Frame) => {
    seen.times.push(Math.round(frame.capturedAt));
    seen.sizes.push(`${frame.picture.width}x${frame.picture.height}`);
    setImmediate(frame.release);
  };
  const source = new FilmSource(
    { path, decoder, maxWidth: 1280, maxHeight: 720, ...options },
    { onFrame, onStatus: () => {} },
  );
  source.start();
  const { frames, problem } = await source.ended;
  await source.stop();
  return { ...seen, frames, ...(problem === undefined ? {} : { problem: problem.message }) };
}

const pattern = (size: string, rate = 10, seconds = 1) =>
  ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`] as const;

const KINDS: [name: string, ...codec: string[]][] = [
  ['h264.mp4', '-c:v', 'libx264', '-preset', 'ultrafast'],
  ['h264.ts', '-c:v', 'libx264', '-preset', 'ultrafast'],
  ['hevc.mkv', '-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none'],
  ['mjpeg.mov', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'],
  ['mpeg4.avi', '-c:v', 'mpeg4'],
  ['msmpeg4v2.avi', '-c:v', 'msmpeg4v2'],
  ['msmpeg4v3.avi', '-c:v', 'msmpeg4'],
  ['vp8.webm', '-c:v', 'libvpx', '-deadline', 'realtime'],
  ['vp9.webm', '-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'],
  ['av1.mp4', '-c:v', 'libsvtav1', '-preset', '12'],
];

for (const [name, ...codec] of KINDS) {
  test(`reads every picture of ${name}, in the film's own time`, async () => {
    const path = await films.film(name, ...pattern('320x240'), ...codec);
    const seen = await play(path);
    assert.equal(seen.problem, undefined);
    assert.equal(seen.frames, 10);
    assert.deepEqual(seen.times, [0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    assert.ok(seen.sizes.every((size) => size === '320x240'));
  });
}

test('samples a film on the grid of the rate, from its start', async () => {
  const path = await films.film('long.mp4', ...pattern('320x240', 25, 4));
  const seen = await play(path, { rate: 5, startAt: 1_000_000 });
  assert.equal(seen.frames, 20);
  assert.deepEqual(seen.times.slice(0, 3), [1_000_000, 1_000_200, 1_000_400]);
});

test('shrinks to the analysis size, keeps the aspect, makes even sides, and never enlarges', async () => {
  const large = await films.film('large.mp4', ...pattern('1920x1080'));
  const odd = await films.film(
    'odd.avi',
    ...pattern('319x241'),
    '-c:v',
    'mjpeg',
    '-pix_fmt',
    'yuvj444p',
  );
  const tall = await films.film('tall.mp4', ...pattern('600x1200'));
  assert.equal((await play(large)).sizes[0], '1280x720');
  assert.equal((await play(odd)).sizes[0], '318x240');
  assert.equal((await play(tall)).sizes[0], '360x720');
});

test('obeys the rotation that a telephone wrote', async () => {
  const level = await films.film('level.mp4', ...pattern('640x360'));
  const turned = await films.film(
    'turned.mp4',
    '-i',
    level,
    '-c',
    'copy',
    '-metadata:s:v',
    'rotate=90',
  );
  assert.equal((await play(turned)).sizes[0], '360x640');
  const probe = await probeFilm(decoder.ffprobe, turned);
  assert.deepEqual([probe.width, probe.height, probe.framesPerSecond], [360, 640, 10]);
});

test('waits for frames that are held, and loses none', async () => {
  const path = await films.film('waits.mp4', ...pattern('640x360', 25, 2));
  const held: Frame[] = [];
  const values: number[] = [];
  const source = new FilmSource(
    { path, decoder, maxWidth: 1280, maxHeight: 720 },
    {
      onStatus: () => {},
      onFrame(frame) {
        held.push(frame);
        if (held.length < 4) return;
        setTimeout(() => {
          for (const each of held.splice(0)) {
            values.push(each.sequence);
            each.release();
          }
        }, 30);
      },
    },
  );
  source.start();
  const { frames } = await source.ended;
  assert.equal(frames, 50);
  assert.deepEqual(
    values,
    Array.from({ length: 48 }, (_, i) => i),
  );
  await source.stop();
});

test('a stop while every frame is held is over in a moment', async () => {
  const path = await films.film('held.mp4', ...pattern('1280x720', 25, 4));
  const full = Promise.withResolvers<void>();
  let held = 0;
  const source = new FilmSource(
    { path, decoder, maxWidth: 1280, maxHeight: 720 },
    {
      onStatus: () => {},
      onFrame: () => {
        held += 1;
        if (held === 4) full.resolve();
      },
    },
  );
  source.start();
  await full.promise;
  const began = performance.now();
  await source.stop();
  assert.ok(performance.now() - began < 1000);
  assert.equal(held, 4);
});

test('what is no film is a problem with a sentence, whatever it is called', async () => {
  await writeFile(films.path('text.mp4'), 'this is no film\n'.repeat(100));
  await writeFile(films.path('list.mp4'), 'ffconcat version 1.0\nfile /etc/hostname\n');
  await writeFile(films.path('playlist.mp4'), '#EXTM3U\n#EXTINF:1\n/etc/hostname\n');
  const sound = await films.film('sound.mp4', '-f', 'lavfi', '-i', 'sine=duration=1');
  for (const path of [
    ...['text', 'list', 'playlist', 'none'].map((n) => films.path(`${n}.mp4`)),
    sound,
  ]) {
    const seen = await play(path);
    assert.match(seen.problem ?? '', /cannot be read as a film/);
    assert.equal(seen.frames, 0);
  }
});

test('a film that is cut off is judged as far as it goes, and says so', async () => {
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-movflags', '+faststart'];
  const path = await films.film('copied.mp4', ...pattern('320x240', 25, 6), ...codec);
  const bytes = await readFile(path);
  await writeFile(films.path('cut.mp4'), bytes.subarray(0, bytes.length / 2));
  for (const rate of [{}, { rate: 5 }]) {
    const seen = await play(films.path('cut.mp4'), rate);
    assert.ok(seen.frames > 10);
    assert.match(seen.problem ?? '', /cut\.mp4 ends after [234]\.\d of 6\.0 s/);
    assert.equal((await play(path, rate)).problem, undefined);
  }
});

test('without ffmpeg the problem says what to install', async () => {
  await assert.rejects(findDecoder('/nowhere'), {
    code: 'decoder-missing',
    action: /apt-get install ffmpeg/,
  });
});
