import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { readPicture } from './decode-picture.ts';

const folder = await mkdtemp(join(tmpdir(), 'maskwatch-pictures-'));
after(() => rm(folder, { recursive: true }));

/** 40 by 20 pixels: red on the left, blue on the right. */
const twoColours = sharp(
  Buffer.from(
    Array.from({ length: 800 }, (_, n) => (n % 40 < 20 ? [250, 0, 0] : [0, 0, 250])).flat(),
  ),
  { raw: { width: 40, height: 20, channels: 3 } },
);

async function colours(file: string, at: readonly (readonly [number, number])[]) {
  const { data, width, height } = await readPicture(join(folder, file));
  const names = at.map(([x, y]) => {
    const pixel = 3 * (y * width + x);
    const [red, green, blue] = data.subarray(pixel, pixel + 3);
    if (red! > 200 && green! < 60 && blue! < 60) return 'red';
    if (blue! > 200 && green! < 60 && red! < 60) return 'blue';
    return `${red} ${green} ${blue}`;
  });
  return [width, height, ...names];
}

for (const format of ['jpeg', 'png', 'webp', 'tiff'] as const) {
  test(`${format} is read as RGB`, async () => {
    await twoColours
      .clone()
      .toFormat(format)
      .toFile(join(folder, `plain.${format}`));
    const found = await colours(`plain.${format}`, [
      [5, 10],
      [35, 10],
    ]);
    assert.deepEqual(found, [40, 20, 'red', 'blue']);
  });
}

test('bytes are read as their file is', async () => {
  const path = join(folder, 'bytes.png');
  await twoColours.clone().png().toFile(path);

  assert.deepEqual(await readPicture(await readFile(path)), await readPicture(path));
  await assert.rejects(readPicture(new Uint8Array()), { message: /empty/ });
});

test('the EXIF orientation is obeyed', async () => {
  await twoColours
    .clone()
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toFile(join(folder, 'turned.jpg'));
  const found = await colours('turned.jpg', [
    [10, 5],
    [10, 35],
  ]);
  assert.deepEqual(found, [20, 40, 'red', 'blue']);
});

for (const [what, file, picture] of [
  ['a grey picture', 'grey.png', twoColours.clone().grayscale().png()],
  ['a picture of 16 bits', 'deep.png', twoColours.clone().toColourspace('rgb16').png()],
  ['a picture for print', 'print.jpg', twoColours.clone().toColourspace('cmyk').jpeg()],
  ['a transparent picture', 'alpha.png', twoColours.clone().ensureAlpha(0.5).png()],
] as const) {
  test(`${what} has three channels`, async () => {
    await picture.toFile(join(folder, file));
    const { data, width, height } = await readPicture(join(folder, file));
    assert.deepEqual([width, height, data.length], [40, 20, 2400]);
  });
}

test('an empty file, a text and a picture cut off are told apart from pictures', async () => {
  await writeFile(join(folder, 'empty.jpg'), '');
  await writeFile(join(folder, 'text.jpg'), 'no picture');
  const noise = Buffer.from(Array.from({ length: 120_000 }, (_, n) => (n * 7919) % 251));
  const large = sharp(noise, { raw: { width: 200, height: 200, channels: 3 } });
  await large.jpeg().toFile(join(folder, 'cut.jpg'));
  await truncate(join(folder, 'cut.jpg'), 8000);

  const code = 'picture-unreadable';
  const message = /empty|unsupported|premature end|cut off/;
  for (const file of ['empty.jpg', 'text.jpg', 'cut.jpg', 'absent.jpg']) {
    await assert.rejects(readPicture(join(folder, file)), {
      code,
      ...(file === 'absent.jpg' ? {} : { message }),
    });
  }
});
