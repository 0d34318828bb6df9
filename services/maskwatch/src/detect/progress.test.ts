import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { FakeClock } from '@maskwatch/platform/clock';
import { duration, Progress } from './progress.ts';

function listening(isTTY: boolean) {
  const written: string[] = [];
  const stderr = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  return { written, stderr: Object.assign(stderr, { isTTY }) };
}

test('a log gets a line every ten seconds with the time left', async () => {
  const { written, stderr } = listening(false);
  const clock = new FakeClock();
  const progress = new Progress({ stderr, clock, total: 100 });
  for (let n = 0; n < 25; n += 1) {
    await clock.advance(1000);
    progress.step();
  }
  progress.clear();
  const wanted = ['10 of 100, 1.0 a second, 1 min 30 s left\n'];
  assert.deepEqual(written, [...wanted, '20 of 100, 1.0 a second, 1 min 20 s left\n']);
});

test('a terminal keeps one line, which is gone at the end', async () => {
  const { written, stderr } = listening(true);
  const clock = new FakeClock();
  const progress = new Progress({ stderr, clock, total: 2 });
  await clock.advance(600);
  progress.step();
  progress.clear();
  assert.deepEqual(written, ['\r\u001b[K1 of 2, 1.7 a second, 1 s left', '\r\u001b[K']);
});

test('times are said in two units at most', () => {
  assert.deepEqual([45_000, 200_000, 7_500_000].map(duration), ['45 s', '3 min 20 s', '2 h 5 min']);
});
