import assert from 'node:assert/strict';
import { test } from 'node:test';
import { yuv420pBytes, yuv420pPicture } from './picture.ts';
import { pixelate } from './pixelate.ts';

function noise(width: number, height: number): Uint8Array {
  return new Uint8Array(yuv420pBytes(width, height)).map((_, n) => (n * 7919) % 251);
}

test('a face keeps at most a handful of values on every plane', () => {
  const picture = yuv420pPicture(noise(128, 96), 128, 96);
  pixelate(picture, [40, 30, 32, 40]);
  picture.planes.forEach((plane, n) => {
    const half = n === 0 ? 1 : 2;
    const values = new Set<number>();
    for (let y = 30 / half; y < 70 / half; y += 1) {
      for (let x = 40 / half; x < 72 / half; x += 1) values.add(plane.data[y * plane.width + x]!);
    }
    assert.ok(values.size <= 36, `${values.size} values`);
  });
});

test('what is not near the face stays as it was', () => {
  const data = noise(128, 96);
  const picture = yuv420pPicture(data.slice(), 128, 96);
  pixelate(picture, [40, 30, 32, 40]);
  assert.deepEqual(picture.planes[0].data.subarray(0, 128 * 20), data.subarray(0, 128 * 20));
  assert.deepEqual(picture.planes[0].data.subarray(128 * 80), data.subarray(128 * 80, 128 * 96));
});

test('a face over the border, and a tiny one, are no trouble', () => {
  const picture = yuv420pPicture(noise(31, 17), 31, 17);
  pixelate(picture, [-5, -5, 60, 60]);
  pixelate(picture, [30, 16, 1, 1]);
});
