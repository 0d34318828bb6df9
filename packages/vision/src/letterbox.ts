import type { Box } from '@maskwatch/contracts/box';
import type { Colour, Picture } from './picture.ts';
import { resample } from './resample.ts';

export interface DetectorGeometryOptions {
  /** Longest side that the detector sees, in pixels. */
  size: number;
  /** Both sides of the input are padded to a multiple of it. */
  multiple: number;
  /** A network of one fixed input shape: always padded to size x size. */
  square?: boolean;
  /** Red, green and blue of what is around the picture; 114 is darknet's. */
  padding?: number;
  /**
   * never: a picture smaller than `size` stays as it is (cameras); exact: the longest side is
   * brought to `size` whichever way (files given to a command).
   */
  upscale: 'never' | 'exact';
}

/** How a picture lies in the detector's input: top left, the rest is padding. */
export interface DetectorGeometry {
  /** Of the padded input. */
  width: number;
  height: number;
  /** Of the picture inside it. */
  contentWidth: number;
  contentHeight: number;
  /** Pixels of the picture per pixel of the detector's input. */
  scale: number;
  pictureWidth: number;
  pictureHeight: number;
  padding: number;
}

export function detectorGeometry(
  pictureWidth: number,
  pictureHeight: number,
  { size, multiple, square = false, padding = 114, upscale }: DetectorGeometryOptions,
): DetectorGeometry {
  const longest = Math.max(pictureWidth, pictureHeight);
  const target = upscale === 'exact' ? size : Math.min(size, longest);
  const scale = longest / target;
  const contentWidth = Math.max(1, Math.round(pictureWidth / scale));
  const contentHeight = Math.max(1, Math.round(pictureHeight / scale));
  const pad = (side: number) => Math.ceil(side / multiple) * multiple;
  return {
    width: square ? size : pad(contentWidth),
    height: square ? size : pad(contentHeight),
    contentWidth,
    contentHeight,
    scale,
    pictureWidth,
    pictureHeight,
    padding,
  };
}

/** Bytes of the detector's input: uint8 [3, height, width]. */
export function detectorBytes({ width, height }: { width: number; height: number }): number {
  return 3 * width * height;
}

/**
 * Writes the picture's three planes, reduced and padded, to `target`: uint8 [3, height, width].
 * The colour stays as it is; chroma is brought to the size of luma.
 */
export function fillDetectorInput(
  picture: Picture,
  geometry: DetectorGeometry,
  target: Uint8Array,
): void {
  const { width, height, contentWidth, contentHeight } = geometry;
  const greys = paddingOf(picture.colour, geometry.padding);
  const shrink = picture.colour === 'bt601' ? 0.5 : 1;
  picture.planes.forEach((plane, n) => {
    const grey = greys[n]!;
    const start = n * width * height;
    const ratio = n === 0 ? 1 : shrink;
    resample(plane, [0, 0, picture.width * ratio, picture.height * ratio], {
      data: target,
      start,
      stride: width,
      width: contentWidth,
      height: contentHeight,
    });
    if (contentWidth < width) {
      for (let y = 0; y < contentHeight; y += 1) {
        target.fill(grey, start + y * width + contentWidth, start + (y + 1) * width);
      }
    }
    target.fill(grey, start + contentHeight * width, start + height * width);
  });
}

/** A grey, given as red, green and blue, in the planes of the colour (BT.601 has limited range). */
function paddingOf(colour: Colour, grey: number): readonly number[] {
  if (colour === 'rgb') return [grey, grey, grey];
  return [Math.round(16 + (grey * 219) / 255), 128, 128];
}

/** From pixels of the detector's input to those of the picture, cut at its border. */
export function toPicture(
  [x, y, width, height]: Box,
  {
    scale,
    pictureWidth,
    pictureHeight,
  }: Pick<DetectorGeometry, 'scale' | 'pictureWidth' | 'pictureHeight'>,
): Box {
  const left = clamp(x * scale, pictureWidth);
  const top = clamp(y * scale, pictureHeight);
  return [
    left,
    top,
    clamp((x + width) * scale, pictureWidth) - left,
    clamp((y + height) * scale, pictureHeight) - top,
  ];
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}
