import type { Box } from '@maskwatch/contracts/box';

/** Planes as uint8 [3, height, width], left and right exchanged, into `target` of the same size. */
export function mirrorPlanes(planes: Uint8Array, width: number, target: Uint8Array): void {
  for (let start = 0; start < planes.length; start += width) {
    const end = start + width - 1;
    for (let x = 0; x < width; x += 1) target[start + x] = planes[end - x]!;
  }
}

/** Where a box of the mirrored picture lies in the picture itself. */
export function mirrorBox([x, y, width, height]: Box, pictureWidth: number): Box {
  return [pictureWidth - x - width, y, width, height];
}
