import type { Box } from '@maskwatch/contracts/box';

/** Intersection over union of two boxes, 0 to 1; 0 where either has no area. */
export function iou(a: Box, b: Box): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  const intersection = Math.max(0, width) * Math.max(0, height);
  if (!(intersection > 0)) return 0;
  return intersection / (a[2] * a[3] + b[2] * b[3] - intersection);
}
