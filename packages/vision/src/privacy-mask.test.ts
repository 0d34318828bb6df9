import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Picture, yuv420pBytes, yuv420pPicture } from './picture.ts';
import { applyPrivacyMask, privacyMask } from './privacy-mask.ts';

function grey(width: number, height: number): Picture {
  return yuv420pPicture(new Uint8Array(yuv420pBytes(width, height)).fill(99), width, height);
}

function rowsOf(picture: Picture, plane: number): string[] {
  const { data, width, height } = picture.planes[plane]!;
  return Array.from({ length: height }, (_, y) =>
    [...data.subarray(y * width, (y + 1) * width)].map((v) => (v === 99 ? '.' : '#')).join(''),
  );
}

test('a polygon is painted on luma and chroma, with every pixel that it touches', () => {
  const picture = grey(8, 8);
  const points = [
    [0.2, 0.2],
    [0.7, 0.2],
    [0.7, 0.6],
    [0.2, 0.6],
  ] as const;
  applyPrivacyMask(picture, privacyMask([points], picture));
  const inside = ['........', '.#####..'];
  assert.deepEqual(rowsOf(picture, 0), [
    inside[0],
    ...new Array(4).fill(inside[1]),
    ...new Array(3).fill(inside[0]),
  ]);
  assert.deepEqual(rowsOf(picture, 1), ['###.', '###.', '###.', '....']);
  assert.deepEqual(rowsOf(picture, 2), rowsOf(picture, 1));
});

test('no pixel whose centre lies in a triangle keeps its value', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const point = fc.tuple(share, share);
  fc.assert(
    fc.property(fc.tuple(point, point, point), (triangle) => {
      const picture = grey(13, 9);
      applyPrivacyMask(picture, privacyMask([triangle], picture));
      const rows = rowsOf(picture, 0);
      for (let y = 0; y < 9; y += 1) {
        for (let x = 0; x < 13; x += 1) {
          if (!isInside([(x + 0.5) / 13, (y + 0.5) / 9], triangle)) continue;
          assert.equal(rows[y]![x], '#', `${x},${y} of ${JSON.stringify(triangle)}`);
        }
      }
    }),
  );
});

test('a mask worked out for another size is refused', () => {
  const mask = privacyMask([], { width: 8, height: 8, colour: 'bt601' });
  assert.throws(() => applyPrivacyMask(grey(8, 6), mask), /fits one picture size/);
});

type P = readonly [number, number];

/** The other way to ask: the point lies on the same side of all three edges. */
function isInside(p: P, [a, b, c]: readonly [P, P, P]): boolean {
  const side = (u: P, v: P) => (v[0] - u[0]) * (p[1] - u[1]) - (v[1] - u[1]) * (p[0] - u[0]);
  const sides = [side(a, b), side(b, c), side(c, a)];
  return sides.every((s) => s > 1e-9) || sides.every((s) => s < -1e-9);
}
