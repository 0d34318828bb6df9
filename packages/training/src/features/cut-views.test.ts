import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '@maskwatch/contracts/box';
import { cropBytes, cropRegion, fillCrop } from '@maskwatch/vision/crops';
import { rgbPicture } from '@maskwatch/vision/picture';
import sharp from 'sharp';
import { type Augmentation, parseAugmentation } from './augmentation.ts';
import { cutViews, type ViewPlan } from './cut-views.ts';
import { pictureRegion } from './face-cut.ts';

/** 120 by 90 pixels: red grows to the right, green downwards, blue is squares of 3. */
const pixels = Uint8Array.from({ length: 3 * 120 * 90 }, (_, i) => {
  const [x, y] = [Math.floor(i / 3) % 120, Math.floor(i / 360)];
  return [2 * x, 2 * y, 100 * ((Math.floor(x / 3) + Math.floor(y / 3)) % 2)][i % 3]!;
});
const png = await sharp(pixels, { raw: { width: 120, height: 90, channels: 3 } })
  .png()
  .toBuffer();
const region: Box = [30, 20, 48, 48];
const size = 32;

function views(text: string, given: Partial<ViewPlan> = {}): Promise<Uint8Array> {
  const augmentation: Augmentation = parseAugmentation(text);
  return cutViews(png, { region, size, first: 0, count: 2, word: 'seed', augmentation, ...given });
}

const second = (both: Uint8Array) => both.subarray(3 * size * size);

/** How much two pictures differ on average. */
function difference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

test('view 0 is the crop that the service makes, whatever is asked of the others', async () => {
  const box: Box = [40, 30, 30, 20];
  const target = new Uint8Array(cropBytes({ size }));
  const crop = { shape: 'square', side: 1.4, size } as const;
  fillCrop(rgbPicture(pixels, 120, 90), box, { ...crop, target });

  const cut = await views('zoom,flip,blur', { region: cropRegion(box, crop), count: 1 });

  assert.deepEqual(cut, target);
});

test('without any augmentation a view is the cut again, but for rounding', async () => {
  const both = await views('none');

  assert.ok(difference(second(both), both) < 8);
});

test('a mirrored view is mirrored', async () => {
  const found: Uint8Array[] = [];
  for (const word of ['a', 'b', 'c', 'd', 'e', 'f'])
    found.push(second(await views('flip', { word })));
  const risesToTheRight = found.map((view) => view[size - 1]! > view[0]!);

  assert.ok(risesToTheRight.includes(true) && risesToTheRight.includes(false));
});

for (const [text, least] of [
  ['zoom=0.5', 3],
  ['rotate=40', 3],
  ['shift=0.4', 3],
  ['brightness=0.5', 3],
  ['blur=6', 0.3],
  ['downscale=0.1', 0.3],
  ['jpeg=5', 0.3],
] as const) {
  test(`${text} changes views, each in its own way`, async () => {
    const all = await views(text, { count: 9 });
    const each = Array.from({ length: 9 }, (_, n) =>
      all.subarray(n * 3 * size ** 2, (n + 1) * 3 * size ** 2),
    );
    const even = second(await views('none'));
    const most = Math.max(...each.slice(1).map((view) => difference(view, even)));

    assert.ok(most > least, `the views differ by at most ${most}`);
    assert.ok(most < 80);
  });
}

test('the same word gives the same views, one by one or all together; another word others', async () => {
  const text = 'zoom,rotate,shift,flip,brightness,blur,jpeg,downscale';
  const all = await views(text, { count: 4 });
  const third = await views(text, { first: 2, count: 1 });

  assert.deepEqual(await views(text, { count: 4 }), all);
  assert.deepEqual(third, all.subarray(2 * third.length, 3 * third.length));
  assert.notDeepEqual(await views(text, { count: 4, word: 'other' }), all);
});

test('the farthest values, tiny faces and faces outside the picture still give views', async () => {
  const text = 'zoom=0.9,rotate=180,shift=0.5,brightness=0.9,blur=8,jpeg=0.1,downscale=0.01';
  for (const outside of [
    [-50, 80, 2, 2],
    [118, 88, 60, 3],
    [-400, -400, 1000, 900],
  ] as Box[]) {
    const all = await views(text, { region: outside, count: 7 });
    assert.equal(all.length, 7 * 3 * size * size);
  }
});

test('a picture without a face is shown whole: its longest side is the side of the square', () => {
  const picture = { width: 120, height: 90 };

  assert.deepEqual(pictureRegion(picture, { shape: 'square' }), [0, -15, 120, 120]);
  assert.deepEqual(pictureRegion(picture, { shape: 'box' }), [0, 0, 120, 90]);
});

test('with a border the outside of a view is what lies at its new edge, and the middle is untouched', async () => {
  const view = second(await views('border=0.4', { word: 'edges' }));
  const plain = second(await views('none'));
  const row = (from: Uint8Array, y: number) => [...from.subarray(y * size, (y + 1) * size)];
  const edge = row(view, size / 2).findIndex((value, x, all) => value !== all[x + 1]);

  assert.ok(edge > 0 && edge < 0.4 * size, `red repeats up to column ${edge}`);
  assert.ok(row(plain, size / 2).findIndex((value, x, all) => value !== all[x + 1]) <= 1);
  const middle = (from: Uint8Array) => row(from, size / 2).slice(size / 2 - 2, size / 2 + 2);
  assert.deepEqual(middle(view), middle(plain));
});

test('light makes views darker and brighter', async () => {
  const means: number[] = [];
  for (const word of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    const view = second(await views('brightness=0.6', { word }));
    means.push(view.reduce((sum, value) => sum + value, 0) / view.length);
  }
  assert.ok(Math.max(...means) > 1.5 * Math.min(...means), means.map(Math.round).join());
});
