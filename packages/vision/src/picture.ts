/** How three planes become red, green and blue. */
export type Colour = 'rgb' | 'bt601';

/** One channel, row by row, without padding between rows. */
export interface Plane {
  data: Uint8Array;
  width: number;
  height: number;
}

/**
 * A picture as planes: red, green, blue at full size, or luma at full size with chroma at half
 * (4:2:0, limited range). The owner of the bytes says when they may be used again.
 */
export interface Picture {
  width: number;
  height: number;
  colour: Colour;
  planes: readonly [Plane, Plane, Plane];
}

/** Bytes of a 4:2:0 picture: odd sides round up for chroma. */
export function yuv420pBytes(width: number, height: number): number {
  return width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
}

/** Views a buffer of ffmpeg's yuv420p as a picture; no bytes are copied. */
export function yuv420pPicture(data: Uint8Array, width: number, height: number): Picture {
  const chromaWidth = Math.ceil(width / 2);
  const chromaHeight = Math.ceil(height / 2);
  const luma = width * height;
  const chroma = chromaWidth * chromaHeight;
  const plane = (start: number, w: number, h: number): Plane => ({
    data: data.subarray(start, start + w * h),
    width: w,
    height: h,
  });
  return {
    width,
    height,
    colour: 'bt601',
    planes: [
      plane(0, width, height),
      plane(luma, chromaWidth, chromaHeight),
      plane(luma + chroma, chromaWidth, chromaHeight),
    ],
  };
}

/** Splits interleaved RGB into planes. */
export function rgbPicture(data: Uint8Array, width: number, height: number): Picture {
  const count = width * height;
  const bytes = new Uint8Array(count * 3);
  for (let i = 0, j = 0; i < count; i += 1, j += 3) {
    bytes[i] = data[j]!;
    bytes[count + i] = data[j + 1]!;
    bytes[2 * count + i] = data[j + 2]!;
  }
  const plane = (n: number): Plane => ({
    data: bytes.subarray(n * count, (n + 1) * count),
    width,
    height,
  });
  return { width, height, colour: 'rgb', planes: [plane(0), plane(1), plane(2)] };
}
