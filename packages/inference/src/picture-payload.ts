/**
 * How the detector's input travels: its three planes below each other as one grey JPEG, so that no
 * colours are converted; docs/adr/0005-frames-over-redis.md has what that costs.
 */
import jpegTurbo from '@julusian/jpeg-turbo';
import { Problem } from '@maskwatch/platform/problem';

const quality = 90;
const format = jpegTurbo.FORMAT_GRAY;
const subsampling = jpegTurbo.SAMP_GRAY;

interface Size {
  width: number;
  height: number;
}

/** Planes are uint8 [3, height, width]; a pool thread works. Problem inference-input. */
export async function compressPlanes(planes: Uint8Array, { width, height }: Size): Promise<Buffer> {
  const expected = 3 * width * height;
  if (planes.length !== expected || expected === 0) {
    throw new Problem(
      'inference-input',
      `A picture of ${width}x${height} takes ${expected} bytes, not ${planes.length}.`,
    );
  }
  const bytes = Buffer.from(planes.buffer, planes.byteOffset, planes.length);
  return jpegTurbo.compress(bytes, { format, subsampling, quality, width, height: 3 * height });
}

/** Into shared memory, for the thread that computes. Throws Error of what is no such picture. */
export async function decompressPlanes(
  jpeg: Buffer,
  { width, height }: Size,
): Promise<Uint8Array<SharedArrayBuffer>> {
  const planes = new Uint8Array(new SharedArrayBuffer(3 * width * height));
  const found = await jpegTurbo.decompress(jpeg, Buffer.from(planes.buffer), { format });
  if (found.width === width && found.height === 3 * height) return planes;
  throw new Error(`${found.width}x${found.height} pixels instead of ${width}x${3 * height}`);
}
