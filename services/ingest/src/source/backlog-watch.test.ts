import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BacklogWatch } from './backlog-watch.ts';

/** Which of the arrival times are thrown away, at 5 frames a second. */
function thrownAway(times: number[]): number[] {
  const watch = new BacklogWatch({ rate: 5 });
  return times.filter((at) => watch.isOld(at));
}

const steady = (from: number, count: number, interval = 200) =>
  Array.from({ length: count }, (_, i) => from + i * interval);

test('throws away what a new connection had waiting', () => {
  assert.deepEqual(thrownAway([0, 10, 20, 220, 420]), [0, 10, 20]);
});

test('after a gap of more than 2 s throws away until frames come at their own pace', () => {
  const burst = steady(5000, 20, 15);
  const times = [...steady(0, 6), ...burst, ...steady(5485, 5)];
  assert.deepEqual(thrownAway(times), [0, ...burst]);
});

test('keeps everything after a gap that is shorter', () => {
  assert.deepEqual(thrownAway([0, 200, 400, 2300, 2310, 2510]), [0]);
});

test('a stream that stays faster than asked for is kept after 3 s', () => {
  const thrown = thrownAway(steady(0, 200, 40));
  assert.ok(Math.max(...thrown) <= 3000);
});

test('at one frame in five seconds no interval is a gap, and the first frame is not given up', () => {
  const watch = new BacklogWatch({ rate: 0.2 });
  assert.deepEqual(
    [0, 5000, 10_000, 15_000].map((at) => watch.isOld(at)),
    [false, false, false, false],
  );
});

test('at one frame in five seconds a backlog after a long gap is thrown away all the same', () => {
  const watch = new BacklogWatch({ rate: 0.2 });
  assert.deepEqual(
    [0, 5000, 25_000, 25_010, 25_020, 30_000].map((at) => watch.isOld(at)),
    [false, false, true, true, true, false],
  );
});
