import type { Polygon } from '@maskwatch/contracts/box';
import type { Colour, Picture } from './picture.ts';

/** Runs of bytes that a plane loses, as pairs of start and end. */
type Runs = Int32Array;

/** Polygons worked out for one picture size: filling a frame then costs only the fills. */
export interface PrivacyMask {
  width: number;
  height: number;
  runs: readonly [Runs, Runs, Runs];
}

/** Black in either colour. */
const black = { rgb: [0, 0, 0], bt601: [16, 128, 128] } as const;

/**
 * Polygons of points from 0 to 1 (even-odd), for pictures of one size. Every pixel that a polygon
 * touches belongs to it, on the chroma planes, too.
 */
export function privacyMask(
  polygons: readonly Polygon[],
  { width, height, colour }: { width: number; height: number; colour: Colour },
): PrivacyMask {
  const full = runsOf(polygons, { width, height, columns: width, rows: height });
  if (colour === 'rgb') return { width, height, runs: [full, full, full] };
  const half = runsOf(polygons, {
    width: width / 2,
    height: height / 2,
    columns: Math.ceil(width / 2),
    rows: Math.ceil(height / 2),
  });
  return { width, height, runs: [full, half, half] };
}

/** Paints the polygons black in place: what is under them exists nowhere afterwards. */
export function applyPrivacyMask(picture: Picture, mask: PrivacyMask): void {
  if (picture.width !== mask.width || picture.height !== mask.height) {
    throw new RangeError('a privacy mask fits one picture size only');
  }
  mask.runs.forEach((runs, n) => {
    const { data } = picture.planes[n]!;
    for (let i = 0; i < runs.length; i += 2) {
      data.fill(black[picture.colour][n]!, runs[i], runs[i + 1]);
    }
  });
}

interface Grid {
  /** Where 1 of a point lies, in pixels of the plane. */
  width: number;
  height: number;
  columns: number;
  rows: number;
}

type Edge = readonly [x1: number, y1: number, x2: number, y2: number];

function runsOf(polygons: readonly Polygon[], grid: Grid): Runs {
  const shapes = polygons.map((points) =>
    points.map((point, n): Edge => {
      const next = points[(n + 1) % points.length]!;
      return [
        point[0] * grid.width,
        point[1] * grid.height,
        next[0] * grid.width,
        next[1] * grid.height,
      ];
    }),
  );
  const runs: number[] = [];
  const covered = new Uint8Array(grid.columns);
  for (let row = 0; row < grid.rows; row += 1) {
    covered.fill(0);
    for (const edges of shapes) coverRow(edges, row, covered);
    appendRuns(covered, row * grid.columns, runs);
  }
  return Int32Array.from(runs);
}

/**
 * The inside along the row's middle, and wherever an edge passes through the row: together every
 * pixel that the polygon touches, because what the middle misses has an edge above or below it.
 */
function coverRow(edges: readonly Edge[], row: number, covered: Uint8Array): void {
  const middle = row + 0.5;
  const crossings: number[] = [];
  for (const [x1, y1, x2, y2] of edges) {
    if (y1 > middle !== y2 > middle) crossings.push(x1 + ((middle - y1) / (y2 - y1)) * (x2 - x1));
    const low = Math.max(Math.min(y1, y2), row);
    const high = Math.min(Math.max(y1, y2), row + 1);
    if (low > high) continue;
    const at = (y: number) => (y1 === y2 ? x1 : x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
    const ends = y1 === y2 ? [x1, x2] : [at(low), at(high)];
    covered.fill(1, Math.max(0, Math.floor(Math.min(...ends))), Math.floor(Math.max(...ends)) + 1);
  }
  crossings.sort((a, b) => a - b);
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    covered.fill(1, Math.max(0, Math.floor(crossings[i]!)), Math.ceil(crossings[i + 1]!));
  }
}

function appendRuns(covered: Uint8Array, offset: number, runs: number[]): void {
  for (let column = 0; column < covered.length; column += 1) {
    if (covered[column] === 0) continue;
    const end = covered.indexOf(0, column);
    const last = end === -1 ? covered.length : end;
    runs.push(offset + column, offset + last);
    column = last;
  }
}
