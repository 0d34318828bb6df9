import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tick } from '@maskwatch/contracts/observation';
import { Violation } from '@maskwatch/contracts/violation';
import { BlindWatch } from './blind-watch.ts';

const start = 1_700_000_000_000;
const at = (second: number) => start + second * 1000;

function aWatch() {
  let made = 0;
  return new BlindWatch({ offlineAfterMs: 30_000, newId: () => `c${++made}` });
}

function aTick(second: number): Tick {
  const counters = { received: 0, replaced: 0, judged: 0, late: 0, lost: 0, starts: 0 };
  return {
    cameraId: 'door',
    at: at(second),
    state: 'live',
    since: start,
    counters: { ...counters, discarded: 0 },
  };
}

/** A tick each second and five judged frames a second where they come; what happened, by second. */
function play(
  watch: BlindWatch,
  given: { until: number; from?: number; ticks?: boolean; judged?: boolean },
): string[] {
  const { until, from = 0, ticks = true, judged = true } = given;
  const seconds = Array.from({ length: until - from }, (_, i) => from + i);
  return seconds.flatMap((second) => {
    if (ticks) watch.tick(aTick(second), at(second));
    for (let i = 0; judged && i < 5; i += 1) watch.judged('door', at(second + i / 5));
    return watch.check(at(second + 0.9)).map(({ kind }) => `${second} ${kind}`);
  });
}

test('a camera that is judged is not blind', () => {
  assert.deepEqual(play(aWatch(), { until: 60 }), []);
});

test('3 s without a tick make a camera blind', () => {
  const watch = aWatch();
  play(watch, { until: 10 });

  const events = play(watch, { from: 10, until: 14, ticks: false });

  assert.deepEqual(events, ['12 blind']);
  assert.equal(watch.blind('door'), true);
});

test('15 s without a judged frame make a camera blind though it ticks', () => {
  const watch = aWatch();
  play(watch, { until: 10 });

  assert.deepEqual(play(watch, { from: 10, until: 30, judged: false }), ['24 blind']);
});

test('a gap that is shorter than offlineAfter raises nothing and ends by itself', () => {
  const watch = aWatch();
  play(watch, { until: 10 });

  const gap = play(watch, { from: 10, until: 40, ticks: false, judged: false });
  const back = play(watch, { from: 40, until: 50 });

  assert.deepEqual([...gap, ...back], ['12 blind', '40 sighted']);
});

test('a long blindness is one offline violation, which recovers when the camera is back', () => {
  const watch = aWatch();
  play(watch, { until: 10 });
  const gap = play(watch, { from: 10, until: 100, ticks: false, judged: false });
  assert.deepEqual(gap, ['12 blind', '42 offline']);

  watch.tick(aTick(100), at(100));
  watch.judged('door', at(100));
  const back = watch.check(at(100));

  assert.deepEqual(
    back.map(({ kind }) => kind),
    ['sighted', 'recovered'],
  );
  const violation = back.flatMap((e) => ('violation' in e ? Violation.parse(e.violation) : []))[0];
  assert.equal(violation?.id, 'c1');
  assert.equal(violation?.subject, 'camera');
  assert.equal(violation?.ruleId, 'camera-offline');
  assert.equal(violation?.startedAt, at(12.9));
  assert.equal(violation?.ended, 'recovered');
  assert.equal(violation?.endedAt, at(100));
});

test('ticks alone do not end a blindness', () => {
  const watch = aWatch();
  play(watch, { until: 10 });
  play(watch, { from: 10, until: 60, ticks: false, judged: false });

  assert.deepEqual(play(watch, { from: 60, until: 90, judged: false }), []);
});

test('each blindness has its own violation', () => {
  const watch = aWatch();
  const events = [0, 1].flatMap((n) => {
    play(watch, { from: n * 100, until: n * 100 + 10 });
    return play(watch, { from: n * 100 + 10, until: n * 100 + 99, ticks: false, judged: false });
  });

  assert.deepEqual(events, ['12 blind', '42 offline', '112 blind', '142 offline']);
});

test('a camera that never says anything becomes blind when it is watched', () => {
  const watch = aWatch();

  watch.watch('door', at(0));

  assert.deepEqual(
    watch.check(at(4)).map(({ kind }) => kind),
    ['blind'],
  );
});

test('after a restart the offline violation goes on and is not raised again', () => {
  const before = aWatch();
  play(before, { until: 10 });
  let open: Violation | undefined;
  before.check(at(20));
  for (const event of before.check(at(51))) if ('violation' in event) open = event.violation;

  const watch = aWatch();
  watch.restore([open!], at(60));
  const waiting = play(watch, { from: 60, until: 120, judged: false });
  const back = play(watch, { from: 120, until: 121 });

  assert.deepEqual(waiting, []);
  assert.deepEqual(back, ['120 sighted', '120 recovered']);
});

/** One that raised an outage in second 42 of a play, and what it raised. */
function anOutage(watch: BlindWatch): Violation {
  play(watch, { until: 10 });
  watch.check(at(13.1));
  const [event] = watch.check(at(43.2));
  assert.ok(event?.kind === 'offline');
  return event.violation;
}

test('who stood by ends a stored outage of a camera that it sees, which is never called blind', () => {
  const stored = anOutage(aWatch());
  const watch = aWatch();
  play(watch, { until: 100 });

  watch.restore([stored], at(100));

  assert.equal(watch.blind('door'), false);
  assert.deepEqual(play(watch, { from: 100, until: 110 }), ['100 sighted', '100 recovered']);
});

test('who stood by raises an outage anew where the store has none, and only there', () => {
  const stored = anOutage(aWatch());
  for (const [open, expected] of [
    [[], ['50 offline']],
    [[stored], []],
  ] as const) {
    const watch = aWatch();
    anOutage(watch);

    watch.restore([...open], at(50));

    const events = play(watch, { from: 50, until: 60, ticks: false, judged: false });
    assert.deepEqual(events, expected);
  }
});

test('coverage is the share of time in which the camera could be judged', () => {
  const watch = aWatch();
  play(watch, { until: 60 });
  assert.ok(watch.coverage('door', at(60)) > 0.99);

  play(watch, { from: 60, until: 120, ticks: false, judged: false });
  assert.ok(Math.abs(watch.coverage('door', at(120)) - 0.5) < 0.01);

  play(watch, { from: 120, until: 4000 });
  assert.ok(watch.coverage('door', at(4000)) > 0.99, 'an hour later it is forgotten');
});

test('a film at its end is no outage, and is watched again from its next tick', () => {
  const watch = aWatch();
  play(watch, { until: 10 });

  assert.deepEqual(watch.rest('door', at(10)), []);
  assert.deepEqual(play(watch, { from: 10, until: 100, ticks: false, judged: false }), []);
  const events = play(watch, { from: 100, until: 150, judged: false });

  assert.deepEqual(events, ['115 blind', '145 offline']);
});

test('the end of a film ends its outage', () => {
  const watch = aWatch();
  play(watch, { until: 60, judged: false });

  const events = watch.rest('door', at(60));

  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['sighted', 'recovered'],
  );
  assert.equal(watch.blind('door'), false);
});
