import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock, systemClock } from '@maskwatch/platform/clock';
import { silentLogger } from '@maskwatch/platform/logger';
import { jobsContract } from './contract.ts';
import { TimerJobs } from './timer-jobs.ts';

jobsContract('timers', async (t) => {
  const jobs = new TimerJobs({ clock: systemClock, logger: silentLogger });
  t.after(() => jobs.close());
  return jobs;
});

test('a timer that comes early waits for the rest', async () => {
  const clock = new FakeClock();
  const early = { now: () => clock.now(), setTimer: hasty };
  function hasty(callback: () => void, delayMs: number) {
    return clock.setTimer(callback, delayMs > 1 ? delayMs - 1 : delayMs);
  }
  const jobs = new TimerJobs({ clock: early, logger: silentLogger });
  const woken: number[] = [];
  jobs.handle('deliveries', async () => {
    woken.push(clock.now());
  });
  const at = clock.now() + 5000.5;

  jobs.wake('deliveries', 'office', at);
  await clock.advance(5000);
  assert.deepEqual(woken, []);
  await clock.advance(2);

  assert.equal(woken.length, 1);
  assert.ok((woken[0] ?? 0) >= at);
});
