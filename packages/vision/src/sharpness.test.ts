import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillCrop } from './crops.ts';
import { rgbPicture } from './picture.ts';
import { sharpness } from './sharpness.ts';

/** A chequerboard of squares of `cell` pixels, its edges softened by a box of `blur` pixels. */
function board(size: number, { cell, blur }: { cell: number; blur: number }) {
  const value = (x: number, y: number) => ((Math.floor(x / cell) + Math.floor(y / cell)) % 2) * 24;
  const data = new Uint8Array(3 * size * size).map((_, n) => {
    const [x, y] = [Math.floor(n / 3) % size, Math.floor(n / 3 / size)];
    let sum = 0;
    for (let d = 0; d < blur; d += 1) sum += value(x + d, y + d);
    return 60 + sum / blur;
  });
  return rgbPicture(data, size, size);
}

function measured(size: number, look: { cell: number; blur: number }): number {
  const crop = new Uint8Array(3 * 112 * 112);
  const shape = { shape: 'square', side: 1.4, size: 112 } as const;
  const box = [size * 0.2, size * 0.2, size * 0.6, size * 0.6] as const;
  fillCrop(board(size, look), box, { ...shape, target: crop });
  return sharpness(crop, { ...shape, colour: 'rgb', box });
}

test('a blurred face counts as less sharp', () => {
  assert.ok(measured(160, { cell: 8, blur: 9 }) < 0.6 * measured(160, { cell: 8, blur: 1 }));
});

test('a sharp small face counts as sharp although the crop enlarges it', () => {
  assert.ok(measured(50, { cell: 4, blur: 1 }) > 0.5);
});

test('a flat crop has no sharpness', () => {
  const crop = new Uint8Array(3 * 112 * 112).fill(80);
  const box = [0, 0, 50, 50] as const;
  assert.equal(sharpness(crop, { shape: 'square', side: 1.4, size: 112, colour: 'bt601', box }), 0);
});
