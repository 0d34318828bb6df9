import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cropRegion, cropSquare, fillCrop } from './crops.ts';
import { rgbPicture, yuv420pBytes, yuv420pPicture } from './picture.ts';

test('the square is 1.4 times the longer side, around the centre of the box', () => {
  assert.deepEqual(cropSquare([100, 50, 20, 40], 1.4), [82, 42, 56, 56]);
});

test('a box has each side grown around its centre, and is stretched to the square', () => {
  assert.deepEqual(cropRegion([100, 50, 20, 40], { shape: 'box', side: 1.5 }), [95, 40, 30, 60]);

  const data = new Uint8Array(3 * 32).map((_, n) => Math.floor(n / 3));
  const target = new Uint8Array(3 * 4);
  fillCrop(rgbPicture(data, 8, 4), [2, 0, 2, 4], { shape: 'box', side: 1, size: 2, target });
  // Pixel n of the picture has the value n: each row of two is the mean of two rows.
  assert.deepEqual([...target.subarray(0, 4)], [6, 7, 22, 23]);
});

test('a crop over the border repeats the border', () => {
  const data = new Uint8Array(3 * 16).map((_, n) => Math.floor(n / 3) * 10);
  const target = new Uint8Array(3 * 16);
  fillCrop(rgbPicture(data, 4, 4), [-1, -1, 2, 2], { shape: 'square', side: 2, size: 4, target });
  const expected = [0, 0, 0, 10, 0, 0, 0, 10, 0, 0, 0, 10, 40, 40, 40, 50];
  assert.deepEqual([...target.subarray(0, 16)], expected);
});

test('chroma is cut at half the coordinates of luma', () => {
  const [width, height] = [32, 32];
  const data = new Uint8Array(yuv420pBytes(width, height));
  const picture = yuv420pPicture(data, width, height);
  picture.planes.forEach((plane, n) => {
    const edge = n === 0 ? 16 : 8;
    for (let i = 0; i < plane.data.length; i += 1) {
      plane.data[i] = i % plane.width < edge ? 20 : 200;
    }
  });
  const target = new Uint8Array(3 * 64);
  fillCrop(picture, [12, 12, 8, 8], { shape: 'square', side: 1, size: 8, target });
  assert.deepEqual([...target.subarray(0, 8)], [20, 20, 20, 20, 200, 200, 200, 200]);
  // Enlarged twice, bilinearly: the edge of chroma lies between the same two pixels.
  assert.deepEqual([...target.subarray(64, 72)], [20, 20, 20, 65, 155, 200, 200, 200]);
});
