import { z } from 'zod';

/** [x, y, width, height] in pixels of the analysis picture, origin top left. */
export const Box = z.tuple([z.number(), z.number(), z.number(), z.number()]).readonly();
export type Box = z.infer<typeof Box>;

/** [x, y], both from 0 to 1 of the picture's width and height. */
export const Point = z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]).readonly();
export type Point = z.infer<typeof Point>;

/** At least three points; the last is joined to the first. */
export const Polygon = z.array(Point).min(3).readonly();
export type Polygon = z.infer<typeof Polygon>;

/** The size of a face, in pixels: the square root of its area, everywhere in this project. */
export function faceSize(box: Box): number {
  return Math.sqrt(Math.max(0, box[2]) * Math.max(0, box[3]));
}
