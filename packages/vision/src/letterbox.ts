import type { Box } from '@maskwatch/contracts/box';
import type { Picture } from './picture.ts';
import { resample } from './resample.ts';

export interface DetectorGeometryOptions {
  /** Longest side that the detector sees, in pixels. */
  size: number;
  /** Both sides of the input are padded to a multiple of it. */
  multiple: number;
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
}

/** The grey that darknet pads with, and what the shipped detector was trained on. */
const padding = { rgb: [114, 114, 114], bt601: [114, 128, 128] } as const;

export function detectorGeometry(
  pictureWidth: number,
  pictureHeight: number,
  { size, multiple, upscale }: DetectorGeometryOptions,
): DetectorGeometry {
  const longest = Math.max(pictureWidth, pictureHeight);
  const target = upscale === 'exact' ? size : Math.min(size, longest);
  const scale = longest / target;
  const contentWidth = Math.max(1, Math.round(pictureWidth / scale));
  const contentHeight = Math.max(1, Math.round(pictureHeight / scale));
  const pad = (side: number) => Math.ceil(side / multiple) * multiple;
  return {
    width: pad(contentWidth),
    height: pad(contentHeight),
    contentWidth,
    contentHeight,
    scale,
    pictureWidth,
    pictureHeight,
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
  const shrink = picture.colour === 'bt601' ? 0.5 : 1;
  picture.planes.forEach((plane, n) => {
    const grey = padding[picture.colour][n]!;
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
