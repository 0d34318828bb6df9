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

/**
 * `head`, then the JPEG. Planes are uint8 [3, height, width]; a pool thread works. Problem
 * inference-input.
 */
export async function compressPlanes(
  planes: Uint8Array,
  { width, height }: Size,
  head: Buffer,
): Promise<Buffer> {
  const expected = 3 * width * height;
  if (planes.length !== expected || expected === 0) {
    throw new Problem(
      'inference-input',
      `A picture of ${width}x${height} takes ${expected} bytes, not ${planes.length}.`,
    );
  }
  const bytes = Buffer.from(planes.buffer, planes.byteOffset, planes.length);
  const options = { format, subsampling, quality, width, height: 3 * height };
  const out = takeSpare(jpegTurbo.bufferSize(options));
  try {
    return Buffer.concat([head, await jpegTurbo.compress(bytes, out, options)]);
  } finally {
    if (spares.length < mostSpares) spares.push(out);
  }
}

/**
 * What the encoder writes to, for the worst that a picture can be: 1.5 MB where 50 KB come of it. One
 * allocated for each picture keeps the garbage collector busier than the encoder.
 */
const spares: Buffer[] = [];
const mostSpares = 8;

function takeSpare(bytes: number): Buffer {
  const at = spares.findIndex(({ length }) => length >= bytes);
  return at < 0 ? Buffer.allocUnsafeSlow(bytes) : spares.splice(at, 1)[0]!;
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
