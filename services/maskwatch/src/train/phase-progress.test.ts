import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { FakeClock } from '@maskwatch/platform/clock';
import { PhaseProgress } from './phase-progress.ts';

function started() {
  const clock = new FakeClock();
  const stderr = new PassThrough({ encoding: 'utf8' });
  return { clock, stderr, progress: new PhaseProgress(stderr, clock) };
}

test('a log gets a line every ten seconds with the time left', async () => {
  const { clock, stderr, progress } = started();
  progress.start('faces');
  for (let second = 1; second <= 20; second += 1) {
    await clock.advance(1000);
    progress.show(second * 2, 80);
  }
  assert.deepEqual(stderr.read().trimEnd().split('\n'), [
    'faces [======                  ] 20 of 80, 30 s left',
    'faces [============            ] 40 of 80, 20 s left',
  ]);
});

test('what was done before a training goes on does not count as fast', async () => {
  const { clock, stderr, progress } = started();
  progress.start('epochs', 50);
  await clock.advance(10_000);
  progress.show(60, 100, ' at most');
  assert.match(stderr.read(), /60 of 100, 40 s left at most\n$/);
});
