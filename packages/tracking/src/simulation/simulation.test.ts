import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tracker } from '../tracker.ts';
import { simulate } from './association-run.ts';
import { OverlapTracker } from './overlap-tracker.ts';
import { simulateVotes } from './votes-run.ts';

const seeds = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const byOverlap = () => new OverlapTracker();
const byMotion = () => {
  let made = 0;
  return new Tracker({ newId: () => `t${++made}`, smallestJudged: 32, believeFrom: 0.6 });
};

for (const [rate, most] of [
  [2, 1.15],
  [3, 1.15],
  [5, 1.1],
  [10, 1.1],
] as const) {
  test(`at ${rate} frames a second walkers keep one track each`, () => {
    const figures = simulate({ associator: byMotion, rate, seeds: seeds(40) });

    assert.ok(figures.people > 500);
    assert.ok(figures.tracksPerPerson <= most, `${figures.tracksPerPerson} tracks a person`);
    assert.ok(figures.withoutTrack <= 0.05, `${figures.withoutTrack} of people without a track`);
  });
}

test('at 5 frames a second at most 5 % of track time is flagged, also where it is crowded', () => {
  const usual = simulate({ associator: byMotion, rate: 5, seeds: seeds(40) });
  const crowded = simulate({ associator: byMotion, rate: 5, seeds: seeds(20), peopleAMinute: 30 });

  assert.ok(usual.unsureShare <= 0.03, `${usual.unsureShare}`);
  assert.ok(crowded.unsureShare <= 0.05, `${crowded.unsureShare}`);
  assert.ok(crowded.tracksPerPerson <= 1.2, `${crowded.tracksPerPerson}`);
});

test('a track that goes on with another person is flagged, but for one in a hundred people', () => {
  const usual = simulate({ associator: byMotion, rate: 5, seeds: seeds(40) });
  const crowded = simulate({ associator: byMotion, rate: 5, seeds: seeds(20), peopleAMinute: 30 });

  assert.ok(usual.swapsPer100 > 1, 'the scenes are hard enough to swap people at all');
  assert.ok(usual.silentSwapsPer100 <= 1, `${usual.silentSwapsPer100}`);
  assert.ok(crowded.silentSwapsPer100 <= 2, `${crowded.silentSwapsPer100}`);
});

test('by overlap alone a walker breaks into several tracks', () => {
  const figures = simulate({ associator: byOverlap, rate: 5, seeds: seeds(40) });

  assert.ok(figures.tracksPerPerson > 1.5, `${figures.tracksPerPerson}`);
});

for (const scene of [
  { name: 'small faces', faceSize: 36, threeStates: true },
  { name: 'large faces', faceSize: 80, threeStates: true },
  { name: 'a classifier of two states', faceSize: 48, threeStates: false },
]) {
  test(`bursts of mistakes: ${scene.name} are decided in time and seldom change`, () => {
    // One look in eight is wrong, 0.7 s at a time.
    const bursts = { rate: 5, rightSeconds: 5, wrongSeconds: 0.7 };
    const figures = simulateVotes({ ...bursts, ...scene }, seeds(120));

    assert.ok(figures.decidedInTime >= 0.95, `${figures.decidedInTime} decided within 1.5 s`);
    assert.ok(figures.wrongFirst <= 0.1, `${figures.wrongFirst} wrong at first`);
    assert.ok(figures.wrongChangesPerMinute <= 1, `${figures.wrongChangesPerMinute} a minute`);
    assert.ok(figures.looksPerSecond <= 2.5, `${figures.looksPerSecond} looks a second`);
  });
}

test('a true change is seen within 4 s', () => {
  const bursts = { rate: 5, rightSeconds: 5, wrongSeconds: 0.4, changesEvery: 15 };

  const figures = simulateVotes({ ...bursts, faceSize: 48, threeStates: true }, seeds(60));

  assert.ok(figures.changeSeconds <= 4, `${figures.changeSeconds}`);
});
