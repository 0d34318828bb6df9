import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeYolov8 } from './yolov8-decode.ts';

/** A column a cell: centre x, centre y, width, height, then its scores. */
function head(...cells: number[][]): Float32Array {
  return Float32Array.from(cells[0]!.flatMap((_, row) => cells.map((cell) => cell[row]!)));
}

test('a cell becomes a box around its centre, with the state of its classes', () => {
  const data = head([50, 40, 20, 10, 0.75, 0.25], [10, 10, 4, 4, 0.125, 0.25]);
  const found = decodeYolov8(data, { classes: ['mask', 'no_mask'], minConfidence: 0.5 });
  assert.deepEqual(found, [
    { box: [40, 35, 20, 10], confidence: 0.75, probabilities: { mask: 0.75, no_mask: 0.25 } },
  ]);
});

test('a box of a class to be ignored is none', () => {
  const data = head([50, 40, 20, 10, 0.25, 0.75], [50, 40, 20, 10, 0.5, 0]);
  const found = decodeYolov8(data, { classes: ['face', 'ignore'], minConfidence: 0.125 });
  assert.deepEqual(found, [{ box: [40, 35, 20, 10], confidence: 0.5 }]);
});

test('what is no number is dropped, a score above 1 is cut', () => {
  const data = head([Number.NaN, 9, 2, 2, 1], [9, 9, 2, 2, Number.NaN], [9, 9, 2, 2, 3]);
  const found = decodeYolov8(data, { classes: ['face'], minConfidence: 0.1 });
  assert.deepEqual(found, [{ box: [8, 8, 2, 2], confidence: 1 }]);
});

test('values that do not fill the rows are refused', () => {
  const options = { classes: ['face'], minConfidence: 0.1 } as const;
  assert.throws(() => decodeYolov8(new Float32Array(7), options), /7 values are not boxes of 1/);
});
