import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeYunet } from './yunet-decode.ts';

const face = { classes: ['face'], minConfidence: 0.5 } as const;

/** 3x2 cells of stride 16, all of them empty but for `cell`. */
function mapWith(cell: number, values: { cls: number; obj: number; bbox: number[] }) {
  const map = {
    ...{ stride: 16, columns: 3 },
    ...{ cls: new Float32Array(6), obj: new Float32Array(6), bbox: new Float32Array(24) },
  };
  map.cls[cell] = values.cls;
  map.obj[cell] = values.obj;
  map.bbox.set(values.bbox, 4 * cell);
  return map;
}

test('a cell becomes a box with the formulas of FaceDetectorYN', () => {
  const bbox = [0.5, 0.25, Math.log(2), 0];
  const [found, ...others] = decodeYunet(mapWith(4, { cls: 0.5, obj: 0.5, bbox }), face);
  assert.equal(others.length, 0);
  assert.equal(found!.confidence, 0.5);
  // Column 1 and row 1: x = (1 + 0.5) * 16, y = (1 + 0.25) * 16, 32 wide and 16 high.
  const expected = [24 - 16, 20 - 8, 32, 16];
  found!.box.forEach((value, n) => {
    assert.ok(Math.abs(value - expected[n]!) < 1e-5);
  });
});

test('scores outside 0 to 1 are cut before they are multiplied', () => {
  const map = mapWith(0, { cls: 4, obj: 0.25, bbox: [0, 0, 0, 0] });
  assert.equal(decodeYunet(map, face)[0]!.confidence, 0.5);
  const negative = mapWith(0, { cls: -1, obj: -1, bbox: [0, 0, 0, 0] });
  assert.deepEqual(decodeYunet(negative, face), []);
});

for (const [what, values] of [
  ['NaN objectness', { cls: 1, obj: Number.NaN, bbox: [0, 0, 0, 0] }],
  ['NaN class', { cls: Number.NaN, obj: 1, bbox: [0, 0, 0, 0] }],
  ['a height beyond all numbers', { cls: 1, obj: 1, bbox: [0, 0, 0, 1000] }],
] as const) {
  test(`${what} is dropped`, () => {
    const map = mapWith(2, { ...values, bbox: [...values.bbox] });
    assert.deepEqual(decodeYunet(map, face), []);
  });
}

test('outputs of different sizes are refused', () => {
  const map = { ...mapWith(0, { cls: 0, obj: 0, bbox: [] }), bbox: new Float32Array(8) };
  assert.throws(() => decodeYunet(map, face), /6 scores and 8 sides are not of 6 cells/);
});
