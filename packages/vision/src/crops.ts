import type { Box } from '@maskwatch/contracts/box';
import type { Picture } from './picture.ts';
import { resample } from './resample.ts';

/** The classifier's say: ClassifierModel.crop and input of the contracts. */
export interface CropShape {
  /** Side of the square over the longer side of the face's box. */
  side: number;
  /** Width and height of the crop in pixels. */
  size: number;
}

/** Bytes of one crop: uint8 [3, size, size]. */
export function cropBytes({ size }: { size: number }): number {
  return 3 * size * size;
}

/**
 * The square of whole pixels around a face that the classifier sees, [x, y, side, side]; it may
 * reach over the picture's border.
 */
export function cropSquare([x, y, width, height]: Box, side: number): Box {
  const wanted = side * Math.max(width, height);
  const length = Math.max(2, Math.round(wanted));
  return [
    Math.round(x + width / 2 - wanted / 2),
    Math.round(y + height / 2 - wanted / 2),
    length,
    length,
  ];
}

/**
 * Writes a face crop as uint8 [3, size, size] to the start of `target`: the border of the picture
 * is replicated, larger faces are reduced by area, smaller ones enlarged bilinearly. The colour
 * stays as it is; chroma is taken at half the coordinates.
 */
export function fillCrop(
  picture: Picture,
  box: Box,
  { side, size, target }: CropShape & { target: Uint8Array },
): void {
  const [x, y, length] = cropSquare(box, side);
  picture.planes.forEach((plane, n) => {
    const ratio = n > 0 && picture.colour === 'bt601' ? 0.5 : 1;
    resample(plane, [x * ratio, y * ratio, length * ratio, length * ratio], {
      data: target,
      start: n * size * size,
      stride: size,
      width: size,
      height: size,
    });
  });
}
