import type { Box } from '@maskwatch/contracts/box';
import { wholePixels } from './colour.ts';
import type { Picture, Plane } from './picture.ts';

/** Blocks along the longer side of the box: a face of six blocks is nobody's. */
const blocks = 6;
/** The box grows by this share on every side: hair, chin and ears tell a person, too. */
const margin = 0.15;

/** Makes a face unrecognisable in place: the mean of coarse blocks on every plane. */
export function pixelate(picture: Picture, [x, y, width, height]: Box): void {
  const grow = margin * Math.max(width, height);
  const region = wholePixels([x - grow, y - grow, width + 2 * grow, height + 2 * grow], picture);
  const block = Math.max(4, Math.ceil(Math.max(region[2], region[3]) / blocks));
  // Even, so that blocks of chroma lie under those of luma.
  const side = block + (block % 2);
  picture.planes.forEach((plane, n) => {
    const ratio = n > 0 && picture.colour === 'bt601' ? 2 : 1;
    const part: Box = [
      Math.floor(region[0] / ratio),
      Math.floor(region[1] / ratio),
      Math.ceil(region[2] / ratio) + (ratio - 1),
      Math.ceil(region[3] / ratio) + (ratio - 1),
    ];
    pixelatePlane(plane, wholePixels(part, plane), side / ratio);
  });
}

function pixelatePlane(plane: Plane, [x, y, width, height]: Box, side: number): void {
  for (let top = y; top < y + height; top += side) {
    const bottom = Math.min(top + side, y + height);
    for (let left = x; left < x + width; left += side) {
      fillWithMean(plane, { left, top, right: Math.min(left + side, x + width), bottom });
    }
  }
}

function fillWithMean(
  { data, width }: Plane,
  { left, top, right, bottom }: { left: number; top: number; right: number; bottom: number },
): void {
  let sum = 0;
  for (let row = top; row < bottom; row += 1) {
    for (let column = left; column < right; column += 1) sum += data[row * width + column]!;
  }
  const mean = Math.round(sum / ((right - left) * (bottom - top)));
  for (let row = top; row < bottom; row += 1) {
    data.fill(mean, row * width + left, row * width + right);
  }
}
