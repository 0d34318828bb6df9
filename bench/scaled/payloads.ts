/** Ways in which the planes of a detector's input could travel. */
import jpegTurbo from '@julusian/jpeg-turbo';
import { toRgb } from '@maskwatch/vision/colour';
import type { DetectorInput } from './film-pictures.ts';

export interface Payload {
  name: string;
  encode(input: DetectorInput): Promise<Buffer>;
  /** Into shared memory, as the threads take it. */
  decode(bytes: Buffer, size: Pick<DetectorInput, 'width' | 'height'>): Promise<DetectorInput>;
}

export const raw: Payload = {
  name: 'raw',
  encode: async ({ planes }) => Buffer.from(planes),
  decode: async (bytes, size) => ({ ...sizeOf(size), planes: shared(bytes), colour: 'bt601' }),
};

/** The three planes below each other as one grey picture: no colours are converted. */
export function greyJpeg(quality: number): Payload {
  const [format, subsampling] = [jpegTurbo.FORMAT_GRAY, jpegTurbo.SAMP_GRAY];
  return {
    name: `JPEG of grey planes, q${quality}`,
    encode: ({ planes, width, height }) =>
      jpegTurbo.compress(Buffer.from(planes.buffer, planes.byteOffset, planes.length), {
        ...{ format, subsampling, quality, width, height: 3 * height },
      }),
    async decode(bytes, size) {
      const { data } = await jpegTurbo.decompress(bytes, { format });
      return { ...sizeOf(size), planes: shared(data), colour: 'bt601' };
    },
  };
}

/** The usual one: RGB with chroma halved, and back into three planes. */
export function colourJpeg(quality: number): Payload {
  const format = jpegTurbo.FORMAT_RGB;
  return {
    name: `JPEG of RGB, 4:2:0, q${quality}`,
    encode({ planes, width, height, colour }) {
      const plane = (n: number) => ({
        ...{ width, height, data: planes.subarray(n * width * height, (n + 1) * width * height) },
      });
      const chroma = (n: number) => halved(plane(n));
      const picture =
        colour === 'rgb'
          ? ({ width, height, colour, planes: [plane(0), plane(1), plane(2)] } as const)
          : ({ width, height, colour, planes: [plane(0), chroma(1), chroma(2)] } as const);
      const rgb = Buffer.from(toRgb(picture).data.buffer);
      const subsampling = jpegTurbo.SAMP_420;
      return jpegTurbo.compress(rgb, { format, subsampling, quality, width, height });
    },
    async decode(bytes, size) {
      const { data } = await jpegTurbo.decompress(bytes, { format });
      const pixels = size.width * size.height;
      const planes = shared(Buffer.alloc(0), 3 * pixels);
      for (let at = 0, from = 0; at < pixels; at += 1, from += 3) {
        planes[at] = data[from]!;
        planes[at + pixels] = data[from + 1]!;
        planes[at + 2 * pixels] = data[from + 2]!;
      }
      return { ...sizeOf(size), planes, colour: 'rgb' };
    },
  };
}

const sizeOf = ({ width, height }: Pick<DetectorInput, 'width' | 'height'>) => ({ width, height });

interface Plane {
  data: Uint8Array;
  width: number;
  height: number;
}

/** What `toRgb` reads: every second value of every second row. */
function halved({ data, width, height }: Plane): Plane {
  const half = { width: width / 2, height: height / 2 };
  const values = new Uint8Array(half.width * half.height);
  for (let row = 0, to = 0; row < height; row += 2) {
    for (let from = row * width; from < (row + 1) * width; from += 2, to += 1) {
      values[to] = data[from]!;
    }
  }
  return { ...half, data: values };
}

function shared(bytes: Uint8Array, length = bytes.length): Uint8Array<SharedArrayBuffer> {
  const copy = new Uint8Array(new SharedArrayBuffer(length));
  copy.set(bytes);
  return copy;
}
