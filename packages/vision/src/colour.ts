import type { Box } from '@maskwatch/contracts/box';
import type { PerChannel } from '@maskwatch/contracts/model';
import type { Colour, Picture } from './picture.ts';

/** What the graph multiplies the planes with and adds: its inputs `colour` and `offset`. */
export interface ColourInputs {
  /** float32 [3, 3, 1, 1]: network channel by plane. */
  colour: Float32Array;
  /** float32 [3]. */
  offset: Float32Array;
}

/** ITU-R BT.601, limited range: rows red, green, blue; columns luma, blue and red difference. */
const bt601 = {
  matrix: [
    [255 / 219, 0, (1.402 * 255) / 224],
    [255 / 219, (-0.344136 * 255) / 224, (-0.714136 * 255) / 224],
    [255 / 219, (1.772 * 255) / 224, 0],
  ],
  zero: [16, 128, 128],
};

/** How a network reads its channels: Model of the contracts fits. */
export interface ChannelReading {
  colourOrder: 'rgb' | 'bgr';
  /** One for all channels, or red, green and blue each. */
  scale: PerChannel;
  offset: PerChannel;
}

const inOrder = { rgb: [0, 1, 2], bgr: [2, 1, 0] } as const;
const at = (values: PerChannel, n: 0 | 1 | 2) => (typeof values === 'number' ? values : values[n]);

/**
 * Conversion to RGB, the network's own order of channels, `scale` and `offset` in one step, so that
 * a session takes the bytes of either colour as they are: channel = sum(colour * plane) + offset.
 */
export function colourInputs(
  colour: Colour,
  { colourOrder, scale, offset }: ChannelReading,
): ColourInputs {
  const matrix = new Float32Array(9);
  const sums = new Float32Array(3);
  inOrder[colourOrder].forEach((read, channel) => {
    sums[channel] = at(offset, read);
    for (let plane = 0; plane < 3; plane += 1) {
      if (colour === 'rgb') {
        matrix[channel * 3 + plane] = read === plane ? at(scale, read) : 0;
      } else {
        const factor = bt601.matrix[read]![plane]! * at(scale, read);
        matrix[channel * 3 + plane] = factor;
        sums[channel]! -= factor * bt601.zero[plane]!;
      }
    }
  });
  return { colour: matrix, offset: sums };
}

/** The part of a picture that lies in `region`, in whole pixels: at least one, inside the border. */
export function wholePixels(
  region: Box,
  { width, height }: { width: number; height: number },
): Box {
  const left = Math.min(Math.max(Math.floor(region[0]), 0), width - 1);
  const top = Math.min(Math.max(Math.floor(region[1]), 0), height - 1);
  const right = Math.min(Math.max(Math.ceil(region[0] + region[2]), left + 1), width);
  const bottom = Math.min(Math.max(Math.ceil(region[1] + region[3]), top + 1), height);
  return [left, top, right - left, bottom - top];
}

/** A picture as interleaved RGB, three bytes a pixel, row by row. */
export interface RgbImage {
  data: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
}

/** A region of a picture (all of it where absent) as interleaved RGB, for a JPEG encoder. */
export function toRgb(picture: Picture, region?: Box): RgbImage {
  const part = wholePixels(region ?? [0, 0, picture.width, picture.height], picture);
  const image = { data: new Uint8Array(3 * part[2] * part[3]), width: part[2], height: part[3] };
  if (picture.colour === 'rgb') interleave(picture, part, image);
  else convert(picture, part, image);
  return image;
}

function interleave({ planes, width }: Picture, [x, y]: Box, image: RgbImage): void {
  const [red, green, blue] = planes.map((plane) => plane.data) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  let to = 0;
  for (let row = 0; row < image.height; row += 1) {
    let from = (y + row) * width + x;
    for (let end = from + image.width; from < end; from += 1, to += 3) {
      image.data[to] = red[from]!;
      image.data[to + 1] = green[from]!;
      image.data[to + 2] = blue[from]!;
    }
  }
}

const fixed = (factor: number) => Math.round(factor * 65_536);
const lumaFactor = fixed(bt601.matrix[0]![0]!);
const redOfRed = fixed(bt601.matrix[0]![2]!);
const greenOfBlue = fixed(bt601.matrix[1]![1]!);
const greenOfRed = fixed(bt601.matrix[1]![2]!);
const blueOfBlue = fixed(bt601.matrix[2]![1]!);

/** 16 bits of fraction; the clamped view cuts to 0..255 without a branch. Chroma is repeated. */
function convert(picture: Picture, [x, y]: Box, image: RgbImage): void {
  const [luma, blueDifference, redDifference] = picture.planes;
  const out = new Uint8ClampedArray(image.data.buffer, image.data.byteOffset, image.data.length);
  let to = 0;
  for (let row = y; row < y + image.height; row += 1) {
    const lumaRow = row * luma.width;
    const chromaRow = (row >> 1) * blueDifference.width;
    for (let column = x; column < x + image.width; column += 1, to += 3) {
      const chroma = chromaRow + (column >> 1);
      const l = (luma.data[lumaRow + column]! - 16) * lumaFactor + 32_768;
      const b = blueDifference.data[chroma]! - 128;
      const r = redDifference.data[chroma]! - 128;
      out[to] = (l + r * redOfRed) >> 16;
      out[to + 1] = (l + b * greenOfBlue + r * greenOfRed) >> 16;
      out[to + 2] = (l + b * blueOfBlue) >> 16;
    }
  }
}
