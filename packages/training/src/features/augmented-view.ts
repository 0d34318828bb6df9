import type { Plane } from '@maskwatch/vision/picture';
import { resample } from '@maskwatch/vision/resample';
import type { Augmentation } from './augmentation.ts';
import { blurPlanes } from './gaussian-blur.ts';
import { jpegRoundTrip } from './jpeg-round-trip.ts';
import type { Surroundings } from './surroundings.ts';

/** Damage that not every view has: one view in two each. */
const share = 0.5;
/** Sigma of blur is said for cuts of this side. */
const blurSide = 112;
const bestJpeg = 95;

/**
 * One view as the numbers decide: turned, zoomed, shifted and mirrored, then brighter or darker, then
 * blurred, coarser, and through a JPEG. Writes uint8 [3, size, size] to `target`. The numbers are taken
 * in one order whatever is asked for, so that leaving one thing out does not change the others.
 */
export async function fillView(
  from: Surroundings,
  {
    augmentation,
    random,
    size,
  }: { augmentation: Augmentation; random: () => number; size: number },
  target: Uint8Array,
): Promise<void> {
  const within = (most: number) => (2 * random() - 1) * most;
  const { rotate, zoom, shift, flip, brightness, blur, downscale, jpeg, border } = augmentation;
  const placement = {
    angle: (within(rotate) * Math.PI) / 180,
    zoom: 1 + within(zoom),
    shift: [within(shift), within(shift)] as const,
    mirrored: random() < 0.5 && flip,
  };
  const [contrast, light] = [1 + within(brightness), 1 + within(brightness)];
  const [blurred, sigma] = [random() < share, random() * blur];
  const [coarser, part] = [random() < share, random()];
  const [packed, quality] = [random() < share, random()];
  const edges = Array.from({ length: 4 }, () => border * random());
  sample(narrowed(from, edges), size, target, placement);
  expose(target, contrast, light);
  if (blurred && sigma > 0) blurPlanes(target, size, (sigma * size) / blurSide);
  if (coarser && downscale > 0) coarsen(target, size, downscale + part * (1 - downscale));
  if (packed && jpeg > 0) {
    const chosen = jpeg + quality * Math.max(0, bestJpeg - jpeg);
    await jpegRoundTrip(target, size, Math.max(1, Math.round(chosen)));
  }
}

/** Where a picture ends, in pixels of its surroundings. */
interface Ended extends Surroundings {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** `edges`: what is missing of the cut left, top, right and below; 0 leaves all that is round it too. */
function narrowed(from: Surroundings, edges: readonly number[]): Ended {
  const [{ width: columns, height: rows }] = from.planes as [Plane, Plane, Plane];
  const [left, top, right, bottom] = edges as [number, number, number, number];
  const before = (all: number, side: number, edge: number) =>
    edge === 0 ? 0 : Math.max(0, (all - side) / 2 + edge * side);
  return {
    ...from,
    left: before(columns, from.width, left),
    top: before(rows, from.height, top),
    right: columns - 1.001 - before(columns, from.width, right),
    bottom: rows - 1.001 - before(rows, from.height, bottom),
  };
}

interface Placement {
  angle: number;
  /** Part of the cut that is shown, a side. */
  zoom: number;
  /** In sides of the cut. */
  shift: readonly [number, number];
  mirrored: boolean;
}

/** Bilinear, pixel centres at halves; what lies outside the surroundings is their border. */
function sample(
  { planes, width, height, left: least, top: highest, right: most, bottom: lowest }: Ended,
  size: number,
  target: Uint8Array,
  { angle, zoom, shift, mirrored }: Placement,
): void {
  const [red, green, blue] = planes as [Plane, Plane, Plane];
  const { width: columns, height: rows } = red;
  const way = mirrored ? -1 : 1;
  const [stepX, stepY] = [(zoom * width) / size, (zoom * height) / size];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const middle = (size - 1) / 2;
  const startX = (columns - 1) / 2 + shift[0] * width;
  const startY = (rows - 1) / 2 + shift[1] * height;
  const count = size * size;
  for (let row = 0, to = 0; row < size; row += 1) {
    const v = row - middle;
    for (let column = 0; column < size; column += 1, to += 1) {
      const u = way * (column - middle);
      const x = Math.min(Math.max(startX + stepX * (cos * u - sin * v), least), most);
      const y = Math.min(Math.max(startY + stepY * (sin * u + cos * v), highest), lowest);
      // Whole numbers from here on: parts of 256, the four of them 65,536.
      const [left, top] = [x | 0, y | 0];
      const right = ((x - left) * 256) | 0;
      const down = ((y - top) * 256) | 0;
      const at = top * columns + left;
      const weights = { at, below: at + columns, right, down };
      target[to] = between(red.data, weights);
      target[count + to] = between(green.data, weights);
      target[2 * count + to] = between(blue.data, weights);
    }
  }
}

/** What lies between four pixels, `right` and `down` in parts of 256. */
function between(
  data: Uint8Array,
  { at, below, right, down }: { at: number; below: number; right: number; down: number },
): number {
  const upper = data[at]! * (256 - right) + data[at + 1]! * right;
  const lower = data[below]! * (256 - right) + data[below + 1]! * right;
  return (upper * (256 - down) + lower * down + 32_768) >> 16;
}

/** Contrast round the middle grey, then as if more or less light had fallen in. */
function expose(target: Uint8Array, contrast: number, light: number): void {
  const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => {
    return ((value - 128) * contrast + 128) * light;
  });
  for (let i = 0; i < target.length; i += 1) target[i] = table[target[i]!]!;
}

/** To a part of its pixels a side and back, as a face far away is seen. */
function coarsen(target: Uint8Array, size: number, part: number): void {
  const side = Math.max(4, Math.round(part * size));
  const small = new Uint8Array(side * side);
  for (let n = 0; n < 3; n += 1) {
    const data = target.subarray(n * size * size, (n + 1) * size * size);
    const square = { start: 0, stride: side, width: side, height: side };
    resample({ data, width: size, height: size }, [0, 0, size, size], { data: small, ...square });
    const back = { data, start: 0, stride: size, width: size, height: size };
    resample({ data: small, width: side, height: side }, [0, 0, side, side], back);
  }
}
