import type { Box } from '@maskwatch/contracts/box';
import type { Picture } from './picture.ts';
import { resample } from './resample.ts';

/** The classifier's say: ClassifierModel.crop of the contracts fits. */
export interface CropShape {
  /** square: around the longer side of the face's box; box: the box itself, stretched. */
  shape: 'square' | 'box';
  /** Side of the square over the longer side of the box; of `box` over each side. */
  side: number;
}

/** And its input: width and height of the crop in pixels. */
export interface CropOptions extends CropShape {
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

/** What the classifier sees of a face, in whole pixels of the picture; it may reach over the border. */
export function cropRegion(box: Box, { shape, side }: CropShape): Box {
  if (shape === 'square') return cropSquare(box, side);
  const [x, y, width, height] = box;
  const left = Math.round(x + width / 2 - (side * width) / 2);
  const top = Math.round(y + height / 2 - (side * height) / 2);
  return [left, top, Math.max(2, Math.round(side * width)), Math.max(2, Math.round(side * height))];
}

/**
 * Writes a face crop as uint8 [3, size, size] to the start of `target`: the border of the picture
 * is replicated, larger faces are reduced by area, smaller ones enlarged bilinearly. The colour
 * stays as it is; chroma is taken at half the coordinates.
 */
export function fillCrop(
  picture: Picture,
  box: Box,
  { size, target, ...crop }: CropOptions & { target: Uint8Array },
): void {
  const [x, y, width, height] = cropRegion(box, crop);
  picture.planes.forEach((plane, n) => {
    const ratio = n > 0 && picture.colour === 'bt601' ? 0.5 : 1;
    resample(plane, [x * ratio, y * ratio, width * ratio, height * ratio], {
      data: target,
      start: n * size * size,
      stride: size,
      width: size,
      height: size,
    });
  });
}
