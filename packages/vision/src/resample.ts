import type { Box } from '@maskwatch/contracts/box';
import type { Plane } from './picture.ts';

/** Where the result goes: `width` x `height` bytes from `start`, rows `stride` bytes apart. */
export interface ResampleTarget {
  data: Uint8Array;
  start: number;
  stride: number;
  width: number;
  height: number;
}

/**
 * One rectangle of a plane, [x, y, width, height] in its pixels and fractions of them, brought to
 * the target's size. Per axis: an area filter down, bilinear up, with the pixel centres of OpenCV's
 * INTER_AREA and INTER_LINEAR. Outside the plane its border is replicated. Against OpenCV 4.6 on
 * random bytes no value differs by more than 1.
 */
export function resample(plane: Plane, source: Box, target: ResampleTarget): void {
  const [x, y, width, height] = source;
  const inside =
    Number.isInteger(x) &&
    Number.isInteger(y) &&
    x >= 0 &&
    y >= 0 &&
    x + width <= plane.width &&
    y + height <= plane.height;
  if (inside && width === target.width && height === target.height) {
    copy(plane, source, target);
  } else if (inside && width === 2 * target.width && height === 2 * target.height) {
    halve(plane, source, target);
  } else {
    filter(plane, source, target);
  }
}

function copy(plane: Plane, [x, y]: Box, target: ResampleTarget): void {
  if (target.width === plane.width && target.width === target.stride) {
    const from = y * plane.width;
    const bytes = plane.data.subarray(from, from + target.height * plane.width);
    target.data.set(bytes, target.start);
    return;
  }
  for (let row = 0; row < target.height; row += 1) {
    const from = (y + row) * plane.width + x;
    target.data.set(
      plane.data.subarray(from, from + target.width),
      target.start + row * target.stride,
    );
  }
}

function halve(plane: Plane, source: Box, target: ResampleTarget): void {
  const from = source[1] * plane.width + source[0];
  const offsets = [plane.data.byteOffset + from, target.data.byteOffset + target.start];
  const whole = [...offsets, plane.width, target.stride, target.width];
  if (littleEndian && whole.every((bytes) => bytes % 4 === 0)) halveWords(plane, from, target);
  else halveBytes(plane, from, target);
}

function halveBytes({ data, width }: Plane, from: number, target: ResampleTarget): void {
  for (let row = 0; row < target.height; row += 1) {
    let above = from + 2 * row * width;
    let below = above + width;
    let to = target.start + row * target.stride;
    const end = to + target.width;
    for (; to < end; to += 1, above += 2, below += 2) {
      const sum = data[above]! + data[above + 1]! + data[below]! + data[below + 1]!;
      target.data[to] = (sum + 2) >> 2;
    }
  }
}

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The same four pixels at a time, a third of the time: two sums of 16 bits lie in each word. */
function halveWords({ data, width }: Plane, from: number, target: ResampleTarget): void {
  const source = wordsOf(data, from);
  const result = wordsOf(target.data, target.start);
  for (let row = 0; row < target.height; row += 1) {
    let above = (row * width) / 2;
    let below = above + width / 4;
    let to = (row * target.stride) / 4;
    const end = to + target.width / 4;
    for (; to < end; to += 1, above += 2, below += 2) {
      const left = pairOf(source[above]!, source[below]!);
      const right = pairOf(source[above + 1]!, source[below + 1]!);
      result[to] = left | (right << 16);
    }
  }
}

/** Means of two by two pixels, from four of a row and the four below: two bytes. */
function pairOf(above: number, below: number): number {
  const even = (above & 0xff00ff) + (below & 0xff00ff);
  const odd = ((above >>> 8) & 0xff00ff) + ((below >>> 8) & 0xff00ff);
  const means = (even + odd + 0x20002) >>> 2;
  return (means & 0xff) | ((means >>> 8) & 0xff00);
}

function wordsOf(data: Uint8Array, from: number): Uint32Array {
  return new Uint32Array(data.buffer, data.byteOffset + from, (data.length - from) >> 2);
}

/** Which source pixels make up each pixel of one axis: `taps` each, from `first`, with weights. */
interface Axis {
  taps: number;
  first: Int32Array;
  weights: Float32Array;
}

function filter(plane: Plane, source: Box, target: ResampleTarget): void {
  const [x, y, width, height] = source;
  const columns = axisOf({ from: x, length: width, limit: plane.width, count: target.width });
  const rows = axisOf({ from: y, length: height, limit: plane.height, count: target.height });
  const left = columns.first.reduce((a, b) => Math.min(a, b), plane.width);
  const right = columns.first.reduce((a, b) => Math.max(a, b), 0) + columns.taps;
  const line = new Float32Array(plane.width);
  for (let row = 0; row < target.height; row += 1) {
    sumRows(plane, { rows, row, left, right }, line);
    sumColumns(line, columns, { ...target, start: target.start + row * target.stride });
  }
}

/** One weighted sum of source rows into `line`, columns `left` to `right` only. */
function sumRows(
  { data, width }: Plane,
  { rows, row, left, right }: { rows: Axis; row: number; left: number; right: number },
  line: Float32Array,
): void {
  line.fill(0, left, right);
  for (let tap = 0; tap < rows.taps; tap += 1) {
    const weight = rows.weights[row * rows.taps + tap]!;
    if (weight === 0) continue;
    const from = (rows.first[row]! + tap) * width;
    for (let column = left; column < right; column += 1) {
      line[column]! += weight * data[from + column]!;
    }
  }
}

function sumColumns(line: Float32Array, columns: Axis, target: ResampleTarget): void {
  const { taps, first, weights } = columns;
  for (let column = 0, w = 0; column < target.width; column += 1) {
    const from = first[column]!;
    let sum = 0.5;
    for (let tap = 0; tap < taps; tap += 1, w += 1) sum += weights[w]! * line[from + tap]!;
    target.data[target.start + column] = sum;
  }
}

/**
 * Source pixels outside 0..limit are folded onto the border, so every tap lies inside the plane.
 */
function axisOf({
  from,
  length,
  limit,
  count,
}: {
  from: number;
  length: number;
  limit: number;
  count: number;
}): Axis {
  const step = length / count;
  const taps = Math.min(limit, step > 1 ? Math.ceil(step) + 1 : 2);
  const axis = { taps, first: new Int32Array(count), weights: new Float32Array(count * taps) };
  const span = { low: Math.floor(from), high: Math.ceil(from + length) - 1 };
  for (let n = 0; n < count; n += 1) {
    const begin =
      step > 1 ? Math.floor(from + n * step) : Math.floor(from + (n + 0.5) * step - 0.5);
    const first = Math.min(Math.max(begin, 0), limit - taps);
    axis.first[n] = first;
    const add = (pixel: number, weight: number) => {
      const inSpan = Math.min(Math.max(pixel, span.low), span.high);
      const inPlane = Math.min(Math.max(inSpan, 0), limit - 1);
      axis.weights[n * taps + inPlane - first]! += weight;
    };
    if (step > 1) {
      const low = from + n * step;
      const high = low + step;
      for (let pixel = begin; pixel < high; pixel += 1) {
        const covered = Math.min(pixel + 1, high) - Math.max(pixel, low);
        if (covered > 1e-9) add(pixel, covered / step);
      }
    } else {
      const fraction = from + (n + 0.5) * step - 0.5 - begin;
      if (fraction < 1) add(begin, 1 - fraction);
      if (fraction > 0) add(begin + 1, fraction);
    }
  }
  return axis;
}
