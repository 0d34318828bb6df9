import type { Box, Point } from '@maskwatch/contracts/box';
import type { ZoneConfig } from '@maskwatch/contracts/config';

export interface Size {
  width: number;
  height: number;
}

/** Is the bottom centre of the face in the zone? */
export function insideZone(box: Box, zone: ZoneConfig, picture: Size): boolean {
  const x = (box[0] + box[2] / 2) / picture.width;
  const y = (box[1] + box[3]) / picture.height;
  return insidePolygon([x, y], zone.points);
}

/** Even-odd rule: a ray to the right crosses the outline an odd number of times. */
function insidePolygon([x, y]: Point, points: readonly Point[]): boolean {
  let inside = false;
  for (const [i, [ax, ay]] of points.entries()) {
    const [bx, by] = points[(i + 1) % points.length]!;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
