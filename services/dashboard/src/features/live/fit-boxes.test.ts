import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitBox, fitPicture, placeLabel, pointInPicture } from './fit-boxes.ts';

const side = fc.integer({ min: 16, max: 4000 });
const size = fc.record({ width: side, height: side });

test('puts a wide picture in the middle of a square canvas', () => {
  const place = fitPicture({ width: 1280, height: 720 }, { width: 640, height: 640 });
  assert.deepEqual(place, { x: 0, y: 140, width: 640, height: 360 });
});

test('keeps the shape of any picture but for rounding, and keeps it on the canvas', () => {
  fc.assert(
    fc.property(size, size, (picture, canvas) => {
      const place = fitPicture(picture, canvas);
      const shape = picture.width / picture.height;
      const tooWide = Math.abs(place.width - place.height * shape);
      const tooHigh = Math.abs(place.height - place.width / shape);
      assert.ok(Math.min(tooWide, tooHigh) < 2);
      assert.ok(place.x >= -1e-9 && place.x + place.width <= canvas.width + 1e-9);
      assert.ok(place.y >= -1e-9 && place.y + place.height <= canvas.height + 1e-9);
    }),
  );
});

test('scales a box from analysis pixels, whatever the size of the JPEG', () => {
  const picture = { x: 10, y: 20, width: 320, height: 180 };
  const place = fitBox([640, 360, 128, 72], { width: 1280, height: 720 }, picture);
  assert.deepEqual(place, { x: 170, y: 110, width: 32, height: 18 });
});

test('finds the point of the picture again that a box began at', () => {
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(size, size, part, part, (analysis, canvas, x, y) => {
      const picture = fitPicture(analysis, canvas);
      const box = fitBox([x * analysis.width, y * analysis.height, 1, 1], analysis, picture);
      const [backX, backY] = pointInPicture(box, picture);
      assert.ok(Math.abs(backX - x) < 1e-6 && Math.abs(backY - y) < 1e-6);
    }),
  );
});

test('puts a label above its box, below a box at the upper edge, and inside at both edges', () => {
  const picture = { x: 0, y: 0, width: 300, height: 200 };
  const label = { width: 80, height: 16 };
  const at = (x: number, y: number, height: number) =>
    placeLabel({ x, y, width: 40, height }, label, picture);
  assert.deepEqual(at(50, 60, 40), { x: 50, y: 44 });
  assert.deepEqual(at(50, 4, 40), { x: 50, y: 44 });
  assert.deepEqual(at(280, 60, 40), { x: 220, y: 44 });
  assert.deepEqual(at(50, 4, 196), { x: 50, y: 184 });
});

test('a canvas whose shape differs by rounding alone is filled', () => {
  assert.deepEqual(fitPicture({ width: 1280, height: 720 }, { width: 956, height: 537 }), {
    x: 0,
    y: 0,
    width: 956,
    height: 537,
  });
});
