/** [x, y], both from 0 to 1 of the picture. */
export type PolygonPoint = readonly [number, number];

/** What the polygon becomes in the config. */
export type PolygonUse = 'privacyMasks' | 'zones';

const list = (points: readonly PolygonPoint[]): string =>
  `[${points.map(([x, y]) => `[${x.toFixed(3)}, ${y.toFixed(3)}]`).join(', ')}]`;

export interface PolygonLinesOptions {
  use: PolygonUse;
  cameraId: string;
  zoneId: string;
}

/** The lines of YAML for the config: a mask goes below its camera, a zone stands by itself. */
export function polygonLines(
  points: readonly PolygonPoint[],
  options: PolygonLinesOptions,
): string {
  if (options.use === 'privacyMasks') return `    privacyMasks:\n      - ${list(points)}\n`;
  const lines = [
    'zones:',
    `  - id: ${options.zoneId}`,
    `    camera: ${options.cameraId}`,
    `    points: ${list(points)}`,
  ];
  return `${lines.join('\n')}\n`;
}
