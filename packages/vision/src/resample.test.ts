import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '@maskwatch/contracts/box';
import fc from 'fast-check';
import type { Plane } from './picture.ts';
import { resample } from './resample.ts';

function plane(width: number, height: number, value: (n: number) => number): Plane {
  return { width, height, data: new Uint8Array(width * height).map((_, n) => value(n)) };
}

function resampled(
  source: Plane,
  [width, height]: readonly [number, number],
  rectangle: Box = [0, 0, source.width, source.height],
): number[] {
  const data = new Uint8Array(width * height);
  resample(source, rectangle, { data, start: 0, stride: width, width, height });
  return [...data];
}

test('half the size is the rounded mean of four', () => {
  const source = plane(4, 2, (n) => [1, 2, 9, 9, 3, 4, 9, 10][n]!);
  assert.deepEqual(resampled(source, [2, 1]), [3, 9]);
});

test('the same size is a copy, also of a part', () => {
  const source = plane(3, 3, (n) => n);
  assert.deepEqual(resampled(source, [3, 3]), [...source.data]);
  assert.deepEqual(resampled(source, [2, 2], [1, 1, 2, 2]), [4, 5, 7, 8]);
});

test('half pixels shift between neighbours, the border is repeated', () => {
  const source = plane(3, 1, (n) => n * 100);
  assert.deepEqual(resampled(source, [3, 1], [0.5, 0, 3, 1]), [50, 150, 200]);
  assert.deepEqual(resampled(source, [5, 1], [-1, 0, 5, 1]), [0, 0, 100, 200, 200]);
});

/** From OpenCV 4.6: cv2.resize of the picture (37 * n + 11 * (n >> 2)) % 251, 7 by 5. */
for (const [what, size, expected] of [
  ['an area filter down', [3, 2], [47, 136, 164, 112, 174, 85]],
  [
    'bilinear up',
    [9, 8],
    [
      0, 25, 53, 82, 111, 148, 179, 208, 233, 8, 36, 67, 95, 124, 158, 190, 185, 136, 21, 52, 85,
      114, 143, 171, 206, 156, 14, 39, 66, 100, 133, 162, 190, 221, 170, 33, 58, 83, 115, 149, 180,
      209, 194, 133, 48, 77, 102, 131, 162, 199, 228, 126, 45, 60, 96, 120, 149, 179, 212, 135, 73,
      53, 78, 109, 134, 162, 191, 220, 62, 38, 66, 91,
    ],
  ],
] as const) {
  test(`${what} as OpenCV has it`, () => {
    const source = plane(7, 5, (n) => (37 * n + 11 * (n >> 2)) % 251);
    resampled(source, size).forEach((value, n) => {
      assert.ok(Math.abs(value - expected[n]!) <= 1, `pixel ${n}: ${value}, not ${expected[n]}`);
    });
  });
}

test('no size and no rectangle leaves the range of the source', () => {
  const side = fc.integer({ min: 1, max: 24 });
  const place = fc.double({ min: -30, max: 30, noNaN: true });
  const length = fc.double({ min: 0.5, max: 60, noNaN: true });
  const everything = fc.tuple(side, side, side, side, place, place, length, length);
  fc.assert(
    fc.property(everything, ([w, h, width, height, x, y, across, down]) => {
      const source = plane(w, h, (n) => 100 + ((n * 7) % 50));
      const values = resampled(source, [width, height], [x, y, across, down]);
      assert.ok(values.every((v) => v >= 100 && v < 150));
    }),
  );
});
test('half the size is the same wherever the bytes begin and however wide the picture is', () => {
  fc.assert(
    fc.property(
      fc.record({
        width: fc.integer({ min: 1, max: 12 }),
        height: fc.integer({ min: 1, max: 4 }),
        start: fc.integer({ min: 0, max: 5 }),
        seed: fc.integer({ min: 1, max: 1e6 }),
      }),
      ({ width, height, start, seed }) => {
        const wide = 2 * width;
        const bytes = new Uint8Array(start + 2 * wide * height);
        bytes.forEach((_, n) => {
          bytes[n] = (seed * (n + 1) * 2_654_435_761) >>> 11;
        });
        const source = { width: wide, height: 2 * height, data: bytes.subarray(start) };
        const at = (x: number, y: number) => source.data[y * wide + x]!;
        const expected = Array.from({ length: width * height }, (_, n) => {
          const [x, y] = [2 * (n % width), 2 * Math.floor(n / width)];
          return (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1) + 2) >> 2;
        });

        assert.deepEqual(resampled(source, [width, height]), expected);
      },
    ),
  );
});
