import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colourInputs, toRgb } from './colour.ts';
import { rgbPicture, yuv420pBytes, yuv420pPicture } from './picture.ts';

/** What the graph computes of one pixel. */
function through(inputs: ReturnType<typeof colourInputs>, pixel: readonly number[]): number[] {
  return [0, 1, 2].map((channel) =>
    pixel.reduce(
      (sum, value, plane) => sum + inputs.colour[channel * 3 + plane]! * value,
      inputs.offset[channel]!,
    ),
  );
}

function closeTo(values: readonly number[], expected: readonly number[], most: number): void {
  values.forEach((value, n) => {
    assert.ok(Math.abs(value - expected[n]!) <= most, `${values} is not ${expected}`);
  });
}

for (const [what, pixel, rgb] of [
  ['black', [16, 128, 128], [0, 0, 0]],
  ['white', [235, 128, 128], [255, 255, 255]],
  ['padding', [114, 128, 128], [114.1, 114.1, 114.1]],
  ['red', [81, 90, 240], [254, 0, 0]],
  ['blue', [41, 240, 110], [0, 0, 255]],
] as const) {
  test(`limited range ${what} becomes the same for the session and for a JPEG`, () => {
    closeTo(
      through(colourInputs('bt601', { colourOrder: 'rgb', scale: 1, offset: 0 }), pixel),
      rgb,
      2,
    );
    const data = new Uint8Array(yuv420pBytes(2, 2)).fill(pixel[0], 0, 4);
    data[4] = pixel[1];
    data[5] = pixel[2];
    const image = toRgb(yuv420pPicture(data, 2, 2));
    closeTo([...image.data.subarray(9, 12)], rgb, 2);
  });
}

test('scale and offset of a model are applied after the conversion', () => {
  const model = { colourOrder: 'rgb' as const, scale: 1 / 127.5, offset: -1 };
  closeTo(through(colourInputs('bt601', model), [235, 128, 128]), [1, 1, 1], 1e-5);
  closeTo(through(colourInputs('rgb', model), [0, 255, 127.5]), [-1, 1, 0], 1e-6);
});

test('a region comes out in whole pixels, cut at the border', () => {
  const data = new Uint8Array(4 * 4 * 3).map((_, n) => n);
  const image = toRgb(rgbPicture(data, 4, 4), [2.5, 1.2, 10, 1.5]);
  assert.deepEqual([image.width, image.height], [2, 2]);
  assert.deepEqual([...image.data], [18, 19, 20, 21, 22, 23, 30, 31, 32, 33, 34, 35]);
});

test('a network that reads blue first gets blue first, with the scale of blue', () => {
  const scale: [number, number, number] = [1, 2, 3];
  const model = { colourOrder: 'bgr' as const, scale, offset: [10, 20, 30] as typeof scale };
  closeTo(through(colourInputs('rgb', model), [1, 1, 1]), [33, 22, 11], 1e-5);
  closeTo(through(colourInputs('bt601', model), [235, 128, 128]), [795, 530, 265], 1e-2);
});
