import sharp from 'sharp';

/** Side in pixels: large enough to see a mask, small enough for a sheet of hundreds. */
const side = 96;

/** A crop, uint8 [3, size, size] in red, green and blue, as a small JPEG. */
export async function cropThumbnail(planes: Uint8Array, size: number): Promise<Uint8Array> {
  const pixels = size * size;
  const data = new Uint8Array(3 * pixels);
  for (let n = 0; n < pixels; n += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      data[3 * n + channel] = planes[channel * pixels + n]!;
    }
  }
  return sharp(data, { raw: { width: size, height: size, channels: 3 } })
    .resize(side, side)
    .jpeg({ quality: 80 })
    .toBuffer();
}
