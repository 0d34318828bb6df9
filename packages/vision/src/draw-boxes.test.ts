import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawBoxes, stateColours } from './draw-boxes.ts';

const blank = (width: number, height: number) => ({
  data: new Uint8Array(3 * width * height),
  width,
  height,
});

test('a box has the colour of its state and leaves the face as it was', () => {
  const image = blank(100, 80);
  drawBoxes(image, [{ box: [20, 30, 40, 40], state: 'no_mask' }]);
  const pixel = (x: number, y: number) => [
    ...image.data.subarray(3 * (y * 100 + x)).subarray(0, 3),
  ];
  assert.deepEqual(pixel(20, 69), [...stateColours.no_mask]);
  assert.deepEqual(pixel(59, 50), [...stateColours.no_mask]);
  assert.deepEqual(pixel(40, 50), [0, 0, 0]);
  assert.deepEqual(pixel(60, 50), [0, 0, 0]);
});

test('a label is written above the box, black on the colour', () => {
  const image = blank(100, 80);
  drawBoxes(image, [{ box: [20, 30, 40, 40], state: 'mask', label: 'I' }]);
  const rows = Array.from({ length: 9 }, (_, y) =>
    Array.from({ length: 7 }, (_, x) =>
      image.data[3 * ((21 + y) * 100 + 20 + x) + 1] ? '.' : '#',
    ),
  );
  assert.equal(rows[3]!.join(''), '..##...');
  assert.equal(rows[7]!.join(''), '..###..');
});

test('boxes over the border and on tiny pictures are cut, not refused', () => {
  const image = blank(3, 2);
  drawBoxes(image, [{ box: [-10, -10, 50, 50], state: 'unknown', label: 'no mask 97%' }]);
  assert.equal(image.data.length, 18);
});
