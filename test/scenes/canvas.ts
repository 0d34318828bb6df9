import type { Box } from '@maskwatch/contracts/box';
import type { Picture, Plane } from '@maskwatch/vision/picture';
import type { CutOut } from './ffmpeg.ts';

/** Per target pixel along one axis: the two source pixels and the share of the second, 0 to 256. */
interface Taps {
  first: Int32Array;
  second: Int32Array;
  share: Int32Array;
}

function taps(count: number, start: number, step: number, length: number): Taps {
  const first = new Int32Array(count);
  const second = new Int32Array(count);
  const share = new Int32Array(count);
  for (let i = 0; i < count; i += 1) {
    const at = Math.min(length - 1, Math.max(0, start + (i + 0.5) * step - 0.5));
    const whole = Math.floor(at);
    first[i] = whole;
    second[i] = Math.min(length - 1, whole + 1);
    share[i] = Math.round((at - whole) * 256);
  }
  return { first, second, share };
}

function planeView({ window, from, to }: { window: Box; from: Plane; to: Plane }): void {
  const [x, y, width, height] = window;
  const columns = taps(to.width, x, width / to.width, from.width);
  const rows = taps(to.height, y, height / to.height, from.height);
  for (let row = 0; row < to.height; row += 1) {
    const upper = rows.first[row]! * from.width;
    const lower = rows.second[row]! * from.width;
    const down = rows.share[row]!;
    const out = row * to.width;
    for (let column = 0; column < to.width; column += 1) {
      const a = columns.first[column]!;
      const b = columns.second[column]!;
      const right = columns.share[column]!;
      const top = from.data[upper + a]! * (256 - right) + from.data[upper + b]! * right;
      const bottom = from.data[lower + a]! * (256 - right) + from.data[lower + b]! * right;
      to.data[out + column] = (top * (256 - down) + bottom * down + 32_768) >> 16;
    }
  }
}

/** What a camera sees of a still: `window` of it (in its pixels) fills the frame, bilinear. */
export function view(frame: Picture, still: Picture, window: Box): void {
  const half = window.map((value) => value / 2) as unknown as Box;
  for (const plane of [0, 1, 2] as const) {
    planeView({
      window: plane === 0 ? window : half,
      from: still.planes[plane],
      to: frame.planes[plane],
    });
  }
}

interface Layer {
  to: Plane;
  from: Plane;
  /** Coverage of each pixel of `from`, 0 to 255. */
  cover: Plane;
  left: number;
  top: number;
  scale: number;
}

function pasteLayer({ to, from, cover, left, top, scale }: Layer): void {
  const x0 = Math.max(0, Math.floor(left));
  const y0 = Math.max(0, Math.floor(top));
  const x1 = Math.min(to.width, Math.ceil(left + from.width * scale));
  const y1 = Math.min(to.height, Math.ceil(top + from.height * scale));
  if (x1 <= x0 || y1 <= y0) return;
  const columns = taps(x1 - x0, (x0 - left) / scale, 1 / scale, from.width);
  const rows = taps(y1 - y0, (y0 - top) / scale, 1 / scale, from.height);
  for (let row = 0; row < y1 - y0; row += 1) {
    const upper = rows.first[row]! * from.width;
    const lower = rows.second[row]! * from.width;
    const down = rows.share[row]!;
    let at = (y0 + row) * to.width + x0;
    for (let column = 0; column < x1 - x0; column += 1, at += 1) {
      const a = columns.first[column]!;
      const covered = cover.data[upper + a]!;
      if (covered === 0) continue;
      const b = columns.second[column]!;
      const right = columns.share[column]!;
      const high = from.data[upper + a]! * (256 - right) + from.data[upper + b]! * right;
      const low = from.data[lower + a]! * (256 - right) + from.data[lower + b]! * right;
      const value = (high * (256 - down) + low * down) / 65_536;
      to.data[at] = Math.round(value + (to.data[at]! - value) * (1 - covered / 255));
    }
  }
}

/** Draws a cut-out over the frame, `scale` times its size, its corner at `left`, `top`. */
export function paste(
  frame: Picture,
  { picture, covers }: CutOut,
  { left, top, scale }: { left: number; top: number; scale: number },
): void {
  for (const plane of [0, 1, 2] as const) {
    const by = plane === 0 ? 1 : 2;
    pasteLayer({
      to: frame.planes[plane],
      from: picture.planes[plane],
      cover: covers[plane === 0 ? 0 : 1],
      left: left / by,
      top: top / by,
      scale,
    });
  }
}
