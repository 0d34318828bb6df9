/** After a gap in the stream, what is judged must be new: the age is read from the pictures. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CameraConfig } from '@maskwatch/contracts/config';
import { findDecoder } from '@maskwatch/ingest/source/decoder';
import type { Frame } from '@maskwatch/ingest/source/frame-source';
import { openSource } from '@maskwatch/ingest/source/open-source';
import { StartLimiter } from '@maskwatch/ingest/source/start-limiter';
import { numberedFilm, pictureAge, pictureNumber } from './numbered-film.ts';
import { startRtspCamera } from './rtsp-camera.ts';
import { temporaryFilms } from './temporary-films.ts';

test('after a stop of 4 s no old picture is judged, and new ones are within 3 s', async (t) => {
  const films = await temporaryFilms();
  after(() => films.remove());
  const film = await numberedFilm(films, 16);
  const camera = await startRtspCamera({ film: film.path });
  t.after(() => camera.stop());
  const judged: { at: number; age: number }[] = [];
  const judge = (frame: Frame) => {
    const age = pictureAge(pictureNumber(frame.picture), film, camera.beganAt);
    judged.push({ at: performance.now(), age });
    frame.release();
  };
  const source = openSource(
    {
      camera: CameraConfig.parse({ id: 'gate', source: camera.url }),
      ...{ decoder: await findDecoder(), demoFilm: '', limiter: new StartLimiter() },
    },
    { onFrame: judge, onStatus: () => {} },
  );
  t.after(() => source.stop());
  source.start();
  while (judged.length < 8) await sleep(50);

  camera.freeze();
  await sleep(4000);
  camera.thaw();
  const thawedAt = performance.now();
  await sleep(5000);

  const afterwards = judged.filter(({ at }) => at > thawedAt);
  const worst = Math.max(...judged.map(({ age }) => age));
  t.diagnostic(
    `first picture after ${(afterwards[0]!.at - thawedAt).toFixed(0)} ms, ` +
      `oldest ${(worst * 1000).toFixed(0)} ms, thrown away ${source.counters.discarded}`,
  );
  assert.ok(afterwards[0]!.at - thawedAt < 3000);
  assert.ok(worst < 1, `a picture was judged ${worst} s after it was taken`);
  assert.ok(source.counters.discarded >= 10);
  assert.equal(source.counters.starts, 1);
});
