import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '@maskwatch/contracts/box';
import type { MaskState } from '@maskwatch/contracts/mask-state';
import type { Observation, Track } from '@maskwatch/contracts/observation';
import { evaluateScene, summarise } from './evaluate.ts';
import type { Scene } from './scene.ts';
import { expectedAlerts, longestJudgeableMs } from './scene.ts';

const left: Box = [100, 100, 40, 50];
const right: Box = [600, 100, 40, 50];

/** Ten seconds of two people who stand still: one masked at the left, one bare at the right. */
const scene: Scene = {
  name: 'two',
  film: 'two.mp4',
  width: 1280,
  height: 720,
  frameRate: 10,
  frames: 100,
  people: [
    { id: 'masked', state: 'mask', boxes: () => left },
    { id: 'bare', state: 'no_mask', boxes: () => right },
  ],
  expectedAlerts: [{ personId: 'bare' }],
};

function track(id: string, box: Box, state: MaskState): Track {
  return {
    id,
    box,
    state,
    confidence: 0.9,
    stateSince: 0,
    seen: true,
    firstSeenAt: 0,
    lastSeenAt: 0,
    looks: 1,
    probabilities: {},
    unsure: false,
    poster: false,
  };
}

/** Fifty observations, 200 ms apart, starting at a time of day. */
function observed(tracks: (index: number) => Track[]): Observation[] {
  return Array.from({ length: 50 }, (_, index) => ({
    cameraId: 'film',
    sequence: index,
    capturedAt: 1_700_000_000_000 + index * 200,
    width: 1280,
    height: 720,
    tracks: tracks(index),
    coveredMs: 200,
  }));
}

const right3s = { startMs: 1000, endMs: 9800, box: right };

test('finds nothing wrong where tracks, states and alerts are as they should be', () => {
  const observations = observed((index) => [
    track('a', left, index < 4 ? 'unknown' : 'mask'),
    track('b', right, index < 5 ? 'unknown' : 'no_mask'),
  ]);

  const report = evaluateScene(scene, observations, [right3s]);

  assert.deepEqual(
    report.people.map(({ tracks }) => tracks),
    [['a'], ['b']],
  );
  assert.deepEqual(
    report.people.map(({ decisionMs }) => decisionMs),
    [800, 1000],
  );
  assert.deepEqual(
    report.people.map(({ alerts }) => alerts),
    [0, 1],
  );
  assert.equal(report.unexpectedAlerts, 0);
  const summary = summarise([report]);
  assert.equal(summary.tracksPerPerson, 1);
  assert.equal(summary.wrongChangesPerTrackMinute, 0);
  assert.equal(summary.slowestDecisionMs, 1000);
  assert.equal(summary.unknownShare, 9 / 100);
  assert.deepEqual(summary.missedAlerts, []);
});

test('counts a track that breaks into two, and one that jumps to another person', () => {
  const broken = observed((index) => [track(index < 25 ? 'a' : 'c', left, 'mask')]);
  const jumping = observed((index) => [track('a', index < 25 ? left : right, 'mask')]);

  assert.deepEqual(evaluateScene(scene, broken, []).people[0]!.tracks, ['a', 'c']);
  assert.deepEqual(
    evaluateScene(scene, jumping, []).people.map(({ tracks }) => tracks),
    [['a'], ['a']],
  );
});

test('counts each time that a track takes a state that is not the truth', () => {
  const states: MaskState[] = ['mask', 'no_mask', 'mask', 'incorrect', 'no_mask'];
  const observations = observed((index) => [track('a', left, states[Math.floor(index / 10)]!)]);

  const report = evaluateScene(scene, observations, []);

  assert.equal(report.people[0]!.wrongChanges, 3);
  assert.ok(Math.abs(summarise([report]).wrongChangesPerTrackMinute - 18) < 1e-9);
});

test('calls alerts on the masked, on nobody and repeated ones unexpected, and names the missing', () => {
  const observations = observed(() => []);
  const nowhere = { startMs: 0, endMs: 5000, box: [900, 500, 40, 40] as Box };
  const onMasked = { startMs: 0, endMs: 5000, box: left };

  const wrong = evaluateScene(scene, observations, [nowhere, onMasked]);
  const twice = evaluateScene(scene, observations, [right3s, right3s]);

  assert.equal(wrong.unexpectedAlerts, 2);
  assert.deepEqual(wrong.missedAlerts, ['bare']);
  assert.equal(twice.unexpectedAlerts, 1);
  assert.deepEqual(twice.missedAlerts, []);
});

test('counts tracks that followed nobody', () => {
  const observations = observed(() => [track('x', [900, 500, 40, 40], 'unknown')]);

  assert.equal(evaluateScene(scene, observations, []).falseTracks, 1);
});

test('expects an alert only of a bare face that can be judged for six seconds', () => {
  const film = { frames: 100, frameRate: 10 };
  const bare = (boxes: (index: number) => Box | undefined) => ({
    id: 'bare',
    state: 'no_mask' as const,
    boxes,
  });
  const short = bare((index) => (index < 50 ? right : undefined));
  const small = bare(() => [0, 0, 30, 30]);

  assert.equal(longestJudgeableMs(short, film), 5000);
  assert.deepEqual(expectedAlerts([short, small], film), []);
  assert.deepEqual(expectedAlerts([bare(() => right)], film), [{ personId: 'bare' }]);
});
