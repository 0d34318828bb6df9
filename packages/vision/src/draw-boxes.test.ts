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

test('each state has a line of its own, so that no colour is needed', () => {
  const edges = (['mask', 'no_mask', 'incorrect', 'unknown'] as const).map((state) => {
    const image = blank(640, 200);
    drawBoxes(image, [{ box: [20, 60, 120, 120], state, label: '' }]);
    const isDrawn = (x: number, y: number) => image.data[3 * (y * 640 + x) + 1] !== 0;
    const along = Array.from({ length: 24 }, (_, n) => (isDrawn(20 + n, 179) ? '#' : '.'));
    const across = Array.from({ length: 6 }, (_, n) => (isDrawn(56, 179 - n) ? '#' : '.'));
    return `${along.join('')} ${across.join('')}`;
  });
  assert.deepEqual(edges, [
    '######################## ##....',
    '######################## ####..',
    '########....########.... ####..',
    '##....##....##....##.... ##....',
  ]);
});

test('lines are thin on small faces, and labels grow with the picture', () => {
  const image = blank(1920, 1080);
  drawBoxes(image, [{ box: [500, 500, 24, 24], state: 'no_mask', label: 'i' }]);
  const green = (x: number, y: number) => image.data[3 * (y * 1920 + x) + 1];
  assert.equal(green(503, 512), 94);
  assert.equal(green(504, 512), 0);
  // 7 rows and a border of one on either side, three pixels each.
  assert.equal(green(500, 500 - 27), 94);
  assert.equal(green(500, 500 - 28), 0);
});
