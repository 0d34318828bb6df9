import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Detection } from '@maskwatch/contracts/detection';
import { weightedBoxesFusion } from './weighted-boxes-fusion.ts';

const a: Detection = { box: [0, 0, 10, 10], confidence: 0.8 };
const b: Detection = { box: [3, 0, 10, 10], confidence: 0.4 };
const far: Detection = { box: [100, 100, 10, 10], confidence: 0.6 };

function look(weight: number, ...detections: Detection[]) {
  return { weight, detections };
}

function close(found: Detection | undefined, box: readonly number[], confidence: number): void {
  found!.box.forEach((value, n) => {
    assert.ok(Math.abs(value - box[n]!) < 1e-9, `${found!.box}`);
  });
  assert.ok(Math.abs(found!.confidence - confidence) < 1e-9, `${found!.confidence}`);
}

test('two boxes of one face meet nearer to the surer one, with their mean confidence', () => {
  // They share 70 of 130 pixels: less than 0.55 is two faces.
  assert.equal(weightedBoxesFusion([look(1, a), look(1, b)]).length, 2);

  const nearer: Detection = { ...b, box: [2, 0, 10, 10] };
  const [found, ...others] = weightedBoxesFusion([look(1, a), look(1, nearer)]);
  assert.equal(others.length, 0);
  close(found, [2 / 3, 0, 10, 10], 0.6);
});

test('what only one of two found has half its confidence', () => {
  const [found] = weightedBoxesFusion([look(1, far), look(1)]);
  close(found, far.box, 0.3);
});

test('weights count for place and confidence, of what one found alone as well', () => {
  const nearer: Detection = { ...b, box: [2, 0, 10, 10] };
  const [both, alone] = weightedBoxesFusion([look(3, a, far), look(1, nearer)]);
  // x: (3 * 0.8 * 0 + 1 * 0.4 * 2) / 2.8; confidence: (3 * 0.8 + 0.4) / 4.
  close(both, [0.8 / 2.8, 0, 10, 10], 0.7);
  close(alone, far.box, (3 * 0.6) / 4);
});

test('more boxes than detectors make nothing surer than their mean', () => {
  const [found] = weightedBoxesFusion([look(1, a, a), look(1, a)]);
  close(found, a.box, 0.8);
});

test('a later box joins the fused one that it overlaps most', () => {
  const left: Detection = { box: [0, 0, 10, 10], confidence: 0.9 };
  const right: Detection = { box: [5, 0, 10, 10], confidence: 0.8 };
  const third: Detection = { box: [3, 0, 10, 10], confidence: 0.1 };
  const found = weightedBoxesFusion([look(1, left, right), look(1, third)]);
  assert.equal(found.length, 2);
  close(found[0], left.box, 0.45);
  close(found[1], [5 + (0.1 / 0.9) * -2, 0, 10, 10], 0.45);
});

test('states are averaged by those who say some', () => {
  const masked = { ...a, probabilities: { mask: 0.75, no_mask: 0.25 } };
  const bare = { ...a, confidence: 0.4, probabilities: { mask: 0, no_mask: 1 } };
  const [found] = weightedBoxesFusion([look(1, masked), look(1, bare), look(1, a)]);
  assert.ok(Math.abs(found!.probabilities!.mask! - 0.5) < 1e-9);
  assert.ok(Math.abs(found!.probabilities!.no_mask! - 0.5) < 1e-9);
});

test('no boxes are no faces', () => {
  assert.deepEqual(weightedBoxesFusion([look(1), look(1)]), []);
  assert.deepEqual(weightedBoxesFusion([look(1, { ...a, confidence: 0 })]), []);
});
