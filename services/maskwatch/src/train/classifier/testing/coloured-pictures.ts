import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

const side = 64;

/** Noise that differs from picture to picture, in one of two colours. */
async function picture(seed: number, plane: 0 | 2): Promise<Uint8Array> {
  let state = seed + 1;
  const rgb = Uint8Array.from({ length: 3 * side * side }, (_, n) => {
    // Blocks of 8 pixels, so that no two pictures look alike when they are small.
    if (n % 24 === 0) state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 24) / 3 + (n % 3 === plane ? 170 : 0);
  });
  const raw = { width: side, height: side, channels: 3 } as const;
  return sharp(rgb, { raw }).png().toBuffer();
}

/** A folder per class, reddish and bluish pictures; `broken` more that are none. */
export async function writeColouredPictures(
  folder: string,
  counts: Record<string, number>,
  broken = 0,
): Promise<void> {
  for (const [k, [name, count]] of Object.entries(counts).entries()) {
    await mkdir(join(folder, name), { recursive: true });
    for (let n = 0; n < count; n += 1) {
      const file = join(folder, name, `${n}-picture.png`);
      await writeFile(file, await picture(1000 * k + n, k === 0 ? 0 : 2));
    }
    for (let n = 0; n < broken; n += 1) {
      await writeFile(join(folder, name, `broken-${n}.jpg`), 'no picture');
    }
  }
}
