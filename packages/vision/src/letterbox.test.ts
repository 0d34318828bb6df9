import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { detectorGeometry, fillDetectorInput, toPicture } from './letterbox.ts';
import { rgbPicture, yuv420pBytes, yuv420pPicture } from './picture.ts';

const camera = { size: 640, multiple: 32, upscale: 'never' } as const;
const file = { size: 640, multiple: 32, upscale: 'exact' } as const;

for (const [why, options, [width, height], expected] of [
  ['720p is halved and padded', camera, [1280, 720], [640, 384, 640, 360, 2]],
  ['a small camera is never enlarged', camera, [320, 240], [320, 256, 320, 240, 1]],
  ['a small file is brought to the size', file, [320, 240], [640, 480, 640, 480, 0.5]],
  ['a tall file has its height brought to the size', file, [480, 960], [320, 640, 320, 640, 1.5]],
] as const) {
  test(why, () => {
    const g = detectorGeometry(width, height, options);
    assert.deepEqual([g.width, g.height, g.contentWidth, g.contentHeight, g.scale], expected);
  });
}

test('a network of one shape gets it whatever the picture, and the padding that it knows', () => {
  const square = { ...camera, square: true, padding: 0 };
  const geometry = detectorGeometry(320, 240, { ...square, size: 480 });
  const { width, height, contentWidth, contentHeight, scale } = geometry;
  assert.deepEqual([width, height, contentWidth, contentHeight, scale], [480, 480, 320, 240, 1]);

  const small = detectorGeometry(2, 2, { ...square, size: 4, multiple: 4 });
  const target = new Uint8Array(48).fill(1);
  fillDetectorInput(yuv420pPicture(new Uint8Array(yuv420pBytes(2, 2)), 2, 2), small, target);
  // Black in limited range: luma 16, chroma 128.
  assert.deepEqual([...target.subarray(0, 8)], [0, 0, 16, 16, 0, 0, 16, 16]);
  assert.deepEqual([...target.subarray(18, 20)], [128, 128]);
});

test('a box put into the detector and back is the same box', () => {
  const side = fc.integer({ min: 8, max: 4000 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(side, side, fc.tuple(share, share, share, share), (width, height, [a, b, c, d]) => {
      const geometry = detectorGeometry(width, height, file);
      const box = [a * width, b * height, c * (1 - a) * width, d * (1 - b) * height] as const;
      const [x, y, w, h] = box;
      const { scale } = geometry;
      const inDetector = [x / scale, y / scale, w / scale, h / scale] as const;
      toPicture(inDetector, geometry).forEach((value, n) => {
        assert.ok(Math.abs(value - box[n]!) < 1e-6 * Math.max(width, height));
      });
    }),
  );
});

test('a box over the border is cut there, one outside has no area', () => {
  const geometry = detectorGeometry(1280, 720, camera);
  assert.deepEqual(toPicture([-5, -5, 15, 15], geometry), [0, 0, 20, 20]);
  assert.deepEqual(toPicture([700, 10, 20, 20], geometry).slice(2), [0, 40]);
});

test('4:2:0 of twice the size: luma is halved, chroma copied, the rest is neutral grey', () => {
  const data = new Uint8Array(yuv420pBytes(8, 4)).map((_, n) => (n < 32 ? 40 + (n % 2) * 2 : n));
  const geometry = detectorGeometry(8, 4, { size: 4, multiple: 4, upscale: 'never' });
  const target = new Uint8Array(48).fill(1);
  fillDetectorInput(yuv420pPicture(data, 8, 4), geometry, target);
  const grey = (value: number) => new Array(8).fill(value);
  assert.deepEqual([...target.subarray(0, 16)], [...new Array(8).fill(41), ...grey(114)]);
  assert.deepEqual([...target.subarray(16, 32)], [...data.subarray(32, 40), ...grey(128)]);
  assert.deepEqual([...target.subarray(32, 48)], [...data.subarray(40, 48), ...grey(128)]);
});

test('every byte of the input is written, whatever the shape', () => {
  const side = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(side, side, fc.boolean(), (width, height, planar) => {
      const picture = planar
        ? yuv420pPicture(new Uint8Array(yuv420pBytes(width, height)).fill(50), width, height)
        : rgbPicture(new Uint8Array(3 * width * height).fill(50), width, height);
      const geometry = detectorGeometry(width, height, { ...file, size: 64 });
      const target = new Uint8Array(3 * geometry.width * geometry.height);
      fillDetectorInput(picture, geometry, target);
      assert.ok(target.every((byte) => byte === 50 || byte === 114 || byte === 128));
    }),
  );
});
