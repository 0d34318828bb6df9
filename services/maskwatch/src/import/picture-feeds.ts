import { COLOUR, OFFSET, PLANES } from '@maskwatch/onnx/picture-input';
import { colourInputs } from '@maskwatch/vision/colour';
import type { Scaling } from './scaling.ts';
import type { Feeds } from './trial-messages.ts';

/** A picture in a network's size: uint8 [3, height, width], red, green, blue. */
export interface InputPicture {
  planes: Uint8Array;
  width: number;
  height: number;
}

export interface Reading extends Scaling {
  colourOrder: 'rgb' | 'bgr';
}

/** For a network with the shared picture input before it. */
export function pictureFeeds({ planes, width, height }: InputPicture, reading: Reading): Feeds {
  const { colour, offset } = colourInputs('rgb', reading);
  return {
    [PLANES]: { data: planes, dims: [1, 3, height, width] },
    [COLOUR]: { data: colour, dims: [3, 3, 1, 1] },
    [OFFSET]: { data: offset, dims: [3] },
  };
}

/** The same picture as a network without that input sees it: float [3, height, width]. */
export function scaledPlanes(
  { planes, width, height }: InputPicture,
  reading: Reading,
): Float32Array {
  const { colour, offset } = colourInputs('rgb', reading);
  const pixels = width * height;
  const floats = new Float32Array(3 * pixels);
  for (let channel = 0; channel < 3; channel += 1) {
    for (let plane = 0; plane < 3; plane += 1) {
      const factor = colour[channel * 3 + plane]!;
      if (factor === 0) continue;
      for (let n = 0; n < pixels; n += 1) {
        floats[channel * pixels + n] = planes[plane * pixels + n]! * factor + offset[channel]!;
      }
    }
  }
  return floats;
}

/** float [3, height, width] to [height, width, 3]. */
export function channelsLast(planes: Float32Array): Float32Array {
  const pixels = planes.length / 3;
  const turned = new Float32Array(planes.length);
  for (let n = 0; n < pixels; n += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      turned[3 * n + channel] = planes[channel * pixels + n]!;
    }
  }
  return turned;
}
