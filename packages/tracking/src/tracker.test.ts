import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '@maskwatch/contracts/box';
import type { Probabilities } from '@maskwatch/contracts/mask-state';
import { Observation } from '@maskwatch/contracts/observation';
import { Tracker } from './tracker.ts';

const bare: Probabilities = { mask: 0.02, no_mask: 0.96, incorrect: 0.02 };
const masked: Probabilities = { mask: 0.96, no_mask: 0.02, incorrect: 0.02 };
const start = 1_000_000;

function aTracker() {
  let made = 0;
  return new Tracker({ newId: () => `t${++made}`, smallestJudged: 32, believeFrom: 0.6 });
}

/** Plays boxes at 5 frames a second and answers every due look with what `says` says. */
function play(
  tracker: Tracker,
  given: { frames: Box[][]; from?: number; everyMs?: number; says?: (id: string) => Probabilities },
) {
  const { frames, from = start, everyMs = 200, says = () => bare } = given;
  const looked: string[][] = [];
  for (const [i, boxes] of frames.entries()) {
    const detections = boxes.map((box) => ({ box, confidence: 0.9 }));
    tracker.update({ detections, capturedAt: from + i * everyMs, width: 1280, height: 720 });
    const due = tracker.due().map(({ trackId }) => trackId);
    for (const id of due) tracker.look(id, { probabilities: says(id), sharpness: 1 });
    looked.push(due);
  }
  return looked;
}

const standing = (count: number, box: Box = [100, 100, 64, 64]): Box[][] =>
  Array.from({ length: count }, () => [box]);

test('a face is classified on its first frame and is a track from its second', () => {
  const tracker = aTracker();

  const first = play(tracker, { frames: standing(1) });
  assert.deepEqual(first, [['t1']]);
  assert.deepEqual(tracker.tracks(), []);

  play(tracker, { frames: standing(1), from: start + 200 });
  assert.equal(tracker.tracks().length, 1);
});

test('a state needs three looks and 0.6 s, and began with the first of them', () => {
  const tracker = aTracker();

  play(tracker, { frames: standing(3) });
  assert.equal(tracker.tracks()[0]?.state, 'unknown');

  play(tracker, { frames: standing(1), from: start + 600 });
  assert.equal(tracker.tracks()[0]?.state, 'no_mask');
  assert.equal(tracker.tracks()[0]?.stateSince, start);
});

test('a settled face is classified about once a second', () => {
  const tracker = aTracker();
  play(tracker, { frames: standing(10) });

  const looked = play(tracker, { frames: standing(25), from: start + 2000 });

  assert.equal(looked.filter((due) => due.length > 0).length, 5);
});

test('a settled face that has grown by a quarter is classified at once', () => {
  const tracker = aTracker();
  play(tracker, { frames: standing(10) });
  const before = play(tracker, { frames: standing(1), from: start + 2000 });
  assert.deepEqual(before, [[]]);

  const looked = play(tracker, { frames: [[[90, 90, 82, 82]]], from: start + 2200 });

  assert.deepEqual(looked, [['t1']]);
});

test('new faces go before settled ones, and small ones are never classified', () => {
  const tracker = aTracker();
  play(tracker, { frames: standing(10) });

  const looked = play(tracker, {
    frames: [
      [
        [100, 100, 64, 64],
        [600, 100, 64, 64],
        [900, 100, 30, 30],
      ],
    ],
    from: start + 3000,
  });

  assert.deepEqual(looked, [['t2', 't1']]);
});

test('a walker whose boxes never overlap stays one track', () => {
  const tracker = aTracker();
  const frames = Array.from({ length: 12 }, (_, i): Box[] => [[100 + i * 70, 100, 48, 48]]);

  play(tracker, { frames });

  assert.deepEqual(
    tracker.tracks().map(({ id, seen }) => [id, seen]),
    [['t1', true]],
  );
});

test('a loss of a second re-attaches by motion, and the lost face is told for pixelation', () => {
  const tracker = aTracker();
  const walk = (from: number, count: number) =>
    Array.from({ length: count }, (_, i): Box[] => [[100 + (from + i) * 40, 100, 48, 48]]);
  play(tracker, { frames: walk(0, 6) });

  play(tracker, { frames: [[], [], [], []], from: start + 1200 });
  assert.deepEqual(tracker.tracks()[0]?.seen, false);
  const [last, expected] = tracker.recentlyLost(1000);
  assert.deepEqual(last, [300, 100, 48, 48]);
  assert.ok(Math.abs(expected![0] - 460) < 20, `${expected}`);
  assert.deepEqual(tracker.recentlyLost(800), []);

  play(tracker, { frames: walk(10, 1), from: start + 2000 });
  assert.deepEqual(
    tracker.tracks().map(({ id, seen }) => [id, seen]),
    [['t1', true]],
  );
});

test('a long loss ends the track, and so does a gap in arrival', () => {
  const tracker = aTracker();
  play(tracker, { frames: standing(5) });

  play(tracker, { frames: standing(2), from: start + 5000 });

  assert.deepEqual(
    tracker.tracks().map(({ id }) => id),
    ['t2'],
  );
});

test('a camera of one frame in five seconds still keeps who stands still', () => {
  const tracker = aTracker();

  play(tracker, { frames: standing(6), everyMs: 5000 });

  assert.deepEqual(
    tracker.tracks().map(({ id, state }) => [id, state]),
    [['t1', 'no_mask']],
  );
});

test('two people who cross are flagged unsure and judged anew', () => {
  const tracker = aTracker();
  const frames = Array.from({ length: 20 }, (_, i): Box[] => [
    [100 + i * 24, 100, 48, 48],
    [580 - i * 24, 104, 48, 48],
  ]);
  const unsureAt: number[] = [];
  const states: string[][] = [];

  for (const [i, frame] of frames.entries()) {
    play(tracker, { frames: [frame], from: start + i * 200 });
    if (tracker.tracks().some(({ unsure }) => unsure)) unsureAt.push(i);
    states.push(tracker.tracks().map(({ state }) => state));
  }

  assert.deepEqual(states[6], ['no_mask', 'no_mask']);
  assert.ok(unsureAt.length > 0 && unsureAt.every((i) => i >= 7 && i <= 12), `${unsureAt}`);
  assert.deepEqual(states[unsureAt[0]!], ['unknown', 'unknown']);
  assert.deepEqual(states.at(-1), ['no_mask', 'no_mask']);
});

test('two people who stand side by side are not unsure, once it is seen how they move', () => {
  const tracker = aTracker();
  const pair: Box[] = [
    [100, 100, 48, 48],
    [172, 100, 48, 48],
  ];

  play(tracker, { frames: [pair, pair], from: start - 400 });
  const unsure = Array.from({ length: 15 }, (_, i) => {
    play(tracker, { frames: [pair], from: start + i * 200 });
    return tracker.tracks().some((track) => track.unsure);
  });

  assert.deepEqual(
    unsure,
    unsure.map(() => false),
  );
});

test('a face that is still for five minutes is a poster, and one that breathes is not', () => {
  const tracker = aTracker();
  const frames = Array.from({ length: 310 }, (_, i): Box[] => [
    [100, 100, 100, 100],
    [600, 100 + (i % 3) * 2, 100, 100],
  ]);

  play(tracker, { frames, everyMs: 1000, says: () => masked });

  assert.deepEqual(
    tracker.tracks().map(({ poster }) => poster),
    [true, false],
  );
});

test('after the seam of a film nobody goes on', () => {
  const tracker = aTracker();
  play(tracker, { frames: standing(5) });

  tracker.reset();

  assert.deepEqual(tracker.tracks(), []);
  assert.deepEqual(tracker.recentlyLost(10_000), []);
});

test('what it says is a valid observation at every frame', () => {
  const tracker = aTracker();

  for (let i = 0; i < 20; i += 1) {
    play(tracker, { frames: i % 4 === 3 ? [[]] : standing(1), from: start + i * 200 });
    const observation = { cameraId: 'door', sequence: i, capturedAt: start + i * 200 };
    const rest = { width: 1280, height: 720, tracks: tracker.tracks(), coveredMs: 200 };
    Observation.parse({ ...observation, ...rest });
  }
});
