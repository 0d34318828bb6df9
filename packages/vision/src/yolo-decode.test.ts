import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeHead } from './yolo-decode.ts';

const head = { stride: 16, anchors: [[20, 30]] as const, scaleXY: 2 };
const options = (minConfidence: number) => ({ classes: ['face'] as const, minConfidence });
const logit = (p: number) => Math.log(p / (1 - p));

/** One anchor, 3x2 cells, all of them empty but for `cell`. */
function mapWith(cell: number, values: readonly number[]) {
  const data = new Float32Array(values.length * 6);
  data.fill(-20, 4 * 6, 5 * 6);
  values.forEach((value, channel) => {
    data[channel * 6 + cell] = value;
  });
  return { data, width: 3, height: 2 };
}

test('a cell becomes a box with the formulas of YOLOv4', () => {
  const map = mapWith(4, [logit(0.75), 0, Math.log(2), 0, logit(0.8), logit(0.5)]);
  const [found, ...others] = decodeHead(map, head, options(0.1));
  assert.equal(others.length, 0);
  assert.ok(Math.abs(found!.confidence - 0.4) < 1e-6);
  // Column 1 and row 1: x = (0.75 * 2 - 0.5 + 1) * 16, y = (0.5 * 2 - 0.5 + 1) * 16.
  const expected = [32 - 20, 24 - 15, 40, 30];
  found!.box.forEach((value, n) => {
    assert.ok(Math.abs(value - expected[n]!) < 1e-4);
  });
});

test('the class probability counts, not the objectness alone', () => {
  const map = mapWith(0, [0, 0, 0, 0, logit(0.8), logit(0.5)]);
  assert.equal(decodeHead(map, head, options(0.5)).length, 0);
});

test('of a one-stage network the states come along, and classes to be ignored are dropped', () => {
  const values = [0, 0, 0, 0, logit(0.8), logit(0.5), logit(0.25), logit(0.25)];
  const map = mapWith(1, values);
  const states = { classes: ['mask', 'no_mask', 'ignore'], minConfidence: 0.1 } as const;
  const [found] = decodeHead(map, head, states);
  assert.ok(Math.abs(found!.confidence - 0.4) < 1e-6);
  assert.ok(Math.abs(found!.probabilities!.mask! - 2 / 3) < 1e-6);
  assert.ok(Math.abs(found!.probabilities!.no_mask! - 1 / 3) < 1e-6);
  const ignored = { ...states, classes: ['ignore', 'mask', 'no_mask'] } as const;
  assert.deepEqual(decodeHead(map, head, ignored), []);
});

test('without classes the objectness is the confidence', () => {
  const map = mapWith(1, [0, 0, 0, 0, logit(0.8)]);
  const [found] = decodeHead(map, head, { classes: [], minConfidence: 0.1 });
  assert.ok(Math.abs(found!.confidence - 0.8) < 1e-6);
});

for (const [what, values] of [
  ['NaN objectness', [0, 0, 0, 0, Number.NaN, 5]],
  ['NaN class', [0, 0, 0, 0, 5, Number.NaN]],
  ['NaN centre', [Number.NaN, 0, 0, 0, 5, 5]],
  ['a width beyond all numbers', [0, 0, 2000, 0, 5, 5]],
] as const) {
  test(`${what} is dropped`, () => {
    assert.deepEqual(decodeHead(mapWith(2, values), head, options(0.1)), []);
  });
}

test('a map of the wrong size is refused', () => {
  const map = { data: new Float32Array(7), width: 3, height: 2 };
  assert.throws(
    () => decodeHead(map, head, options(0.1)),
    /a head of 7 values is not 1 anchors on 3x2/,
  );
});
