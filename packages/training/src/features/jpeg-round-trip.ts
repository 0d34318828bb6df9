import sharp from 'sharp';

/** Replaces uint8 [3, size, size] by what is left of it after a JPEG of this quality. */
export async function jpegRoundTrip(
  planes: Uint8Array,
  size: number,
  quality: number,
): Promise<void> {
  const jpeg = await jpegOf(planes, size, quality);
  const { data } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const count = size * size;
  for (let i = 0, from = 0; i < count; i += 1, from += 3) {
    planes[i] = data[from]!;
    planes[count + i] = data[from + 1]!;
    planes[2 * count + i] = data[from + 2]!;
  }
}

/** uint8 [3, size, size] as a JPEG. */
export function jpegOf(planes: Uint8Array, size: number, quality: number): Promise<Buffer> {
  const count = size * size;
  const pixels = new Uint8Array(3 * count);
  for (let i = 0, to = 0; i < count; i += 1, to += 3) {
    pixels[to] = planes[i]!;
    pixels[to + 1] = planes[count + i]!;
    pixels[to + 2] = planes[2 * count + i]!;
  }
  const raw = { width: size, height: size, channels: 3 as const };
  return sharp(pixels, { raw }).jpeg({ quality }).toBuffer();
}
