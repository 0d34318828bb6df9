import type { Box } from '@maskwatch/contracts/box';

export interface LabelSurroundings {
  size: { width: number; height: number };
  picture: { width: number; height: number };
  /** Labels that have their place already. */
  placed: readonly Box[];
}

/**
 * Where a label stands: above its box, else below it, beside it or inside its top, wherever it lies
 * in the picture and covers the least of the other labels. The first place without any wins.
 */
export function placeLabel(
  [x, y, width, height]: Box,
  { size, picture, placed }: LabelSurroundings,
): Box {
  const wanted: [number, number][] = [
    [x, y - size.height],
    [x + width - size.width, y - size.height],
    [x, y + height],
    [x + width - size.width, y + height],
    [x + width, y],
    [x - size.width, y],
    [x, y],
    [x, y + height - size.height],
  ];
  let best: { place: Box; covered: number } | undefined;
  for (const [left, top] of wanted) {
    if (top < 0 || top + size.height > picture.height) continue;
    const inside = Math.max(0, Math.min(left, picture.width - size.width));
    const place: Box = [inside, top, size.width, size.height];
    const covered = placed.reduce((sum, other) => sum + common(place, other), 0);
    if (covered === 0) return place;
    if (best === undefined || covered < best.covered) best = { place, covered };
  }
  return best?.place ?? [Math.max(0, x), Math.max(0, y), size.width, size.height];
}

/** Pixels that two boxes have in common. */
function common(a: Box, b: Box): number {
  const across = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const down = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  return Math.max(0, across) * Math.max(0, down);
}
