import type { Box } from '@maskwatch/contracts/box';
import type { Picture, Plane } from '@maskwatch/vision/picture';
import { resample } from '@maskwatch/vision/resample';
import type { Augmentation } from './augmentation.ts';

/** A cut with enough round it for every augmented view, near the scale at which it is seen. */
export interface Surroundings {
  planes: Plane[];
  /** Sides of the cut itself in these pixels, with its middle in the middle. */
  width: number;
  height: number;
}

/** What is shown of a picture reaches at most this far, in sides of the cut. */
const farthest = 3;
/** Views that zoom in see pixels up to this much finer than those of the cut. */
const finest = 1.25;

/**
 * Reduces (by area) or copies what lies round the region, so that views are sampled from few pixels
 * without aliasing; the picture's border is replicated.
 */
export function surroundingsOf(
  picture: Picture,
  [x, y, width, height]: Box,
  { size, augmentation }: { size: number; augmentation: Augmentation },
): Surroundings {
  const reach = reachOf(augmentation);
  const fine = size * Math.min(finest, 1 / (1 - augmentation.zoom));
  const [inside, outside] = [width, height].map((side) => {
    const pixels = Math.min(fine, side);
    return { side: pixels, all: Math.max(2, Math.round(pixels * reach)) };
  }) as [{ side: number; all: number }, { side: number; all: number }];
  // Of whole pixels as the result is: so much of the picture has to be taken.
  const taken = [
    (inside.all * width) / inside.side,
    (outside.all * height) / outside.side,
  ] as const;
  const source: Box = [x + (width - taken[0]) / 2, y + (height - taken[1]) / 2, ...taken];
  const planes = picture.planes.map((plane) => {
    const data = new Uint8Array(inside.all * outside.all);
    const size = { width: inside.all, height: outside.all };
    resample(plane, source, { data, start: 0, stride: inside.all, ...size });
    return { data, ...size };
  });
  return { planes, width: inside.side, height: outside.side };
}

/** Sides of the cut that the widest view covers: turned, drawn back and shifted. */
function reachOf({ zoom, rotate, shift }: Augmentation): number {
  const angle = (Math.min(rotate, 45) * Math.PI) / 180;
  return Math.min(farthest, (1 + zoom) * (Math.cos(angle) + Math.sin(angle)) + 2 * shift);
}
