import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { CameraConfig } from '@maskwatch/contracts/config';
import { findDecoder } from './decoder.ts';
import { openSource } from './open-source.ts';
import { SeamWatch } from './seam-watch.ts';
import { StartLimiter } from './start-limiter.ts';

/** A second of white, then one of black. */
const film = [
  ...['-v', 'error', '-f', 'lavfi', '-i', 'color=white:s=64x48:r=25:d=1'],
  ...['-f', 'lavfi', '-i', 'color=black:s=64x48:r=25:d=1'],
  ...['-filter_complex', '[0:v][1:v]concat=n=2', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'],
];

test('the seams of a looped film are where it begins anew', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-loop-'));
  const demoFilm = join(folder, 'film.mp4');
  await promisify(execFile)('ffmpeg', [...film, demoFilm]);
  const decoder = await findDecoder();
  const seen: string[] = [];
  const done = Promise.withResolvers<void>();
  const source = openSource(
    {
      camera: CameraConfig.parse({ id: 'demo', source: 'demo', rate: 10 }),
      ...{ decoder, demoFilm, limiter: new StartLimiter() },
    },
    {
      onFrame({ picture, release }) {
        seen.push(picture.planes[0].data[0]! > 128 ? 'white' : 'black');
        release();
        if (seen.filter((what) => what === 'seam').length === 2 && seen.length > 50) done.resolve();
      },
      onSeam: () => void seen.push('seam'),
      onStatus() {},
    },
  );
  t.after(async () => {
    await source.stop();
    await rm(folder, { recursive: true });
  });

  source.start();
  await done.promise;

  const changes = seen.filter((what, n) => what !== seen[n - 1]);
  assert.deepEqual(changes.slice(0, 7), [
    'white',
    'black',
    'seam',
    'white',
    'black',
    'seam',
    'white',
  ]);
});

test('a decoder that is started again begins the film anew', () => {
  const seams = new SeamWatch(5);
  seams.know({ width: 64, height: 48, framesPerSecond: 25, durationMs: 600, codec: 'h264' });
  const ask = (count: number) =>
    Array.from({ length: count }, () => Number(seams.isAnew())).join('');

  assert.equal(ask(8), '00010010');
  seams.restart();
  assert.equal(ask(4), '1001');
});

test('a film that is slower than the camera shall be has as many pictures as it has', () => {
  const seams = new SeamWatch(30);
  seams.know({ width: 64, height: 48, framesPerSecond: 2, durationMs: 2000, codec: 'h264' });

  const asked = Array.from({ length: 9 }, () => Number(seams.isAnew())).join('');

  assert.equal(asked, '000010001');
});
