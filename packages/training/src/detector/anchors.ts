import { seededRandom } from '../features/seeded-random.ts';

/** Width and height in pixels of the detector's input. */
export type Size = readonly [width: number, height: number];

/** What is clustered at most; more boxes are thinned evenly. */
const mostBoxes = 20_000;
const mostRounds = 100;

/**
 * Typical sizes of boxes, smallest area first: k-means with the distance 1 - IoU of boxes laid on one
 * corner (Redmon 2017), begun as k-means++ does (Arthur and Vassilvitskii 2007). The same seed gives
 * the same anchors. Fewer than `count` where there are fewer different boxes.
 */
export function clusterAnchors(
  sizes: readonly Size[],
  { count, seed }: { count: number; seed: number },
): Size[] {
  const step = Math.max(1, sizes.length / mostBoxes);
  const some = Array.from({ length: Math.ceil(sizes.length / step) }, (_, n) => {
    return sizes[Math.floor(n * step)]!;
  }).filter(([width, height]) => width > 0 && height > 0);
  let centres = firstCentres(some, count, seededRandom(`anchors ${seed}`));
  for (let round = 0; round < mostRounds; round += 1) {
    const next = meansOf(some, centres);
    const still = next.every((size, n) => size[0] === centres[n]![0] && size[1] === centres[n]![1]);
    centres = next;
    if (still) break;
  }
  return centres.sort((a, b) => a[0] * a[1] - b[0] * b[1]);
}

/** Mean IoU of each box with the anchor that fits it best: how well anchors suit the boxes. */
export function meanOverlap(sizes: readonly Size[], anchors: readonly Size[]): number {
  const best = sizes.map((size) => Math.max(...anchors.map((anchor) => cornerIou(size, anchor))));
  return best.reduce((a, b) => a + b, 0) / Math.max(1, best.length);
}

/** IoU of two boxes with one corner in common. */
export function cornerIou(a: Size, b: Size): number {
  const shared = Math.min(a[0], b[0]) * Math.min(a[1], b[1]);
  return shared / (a[0] * a[1] + b[0] * b[1] - shared);
}

/** Each further centre is a box, drawn with the square of its distance from those before. */
function firstCentres(sizes: readonly Size[], count: number, random: () => number): Size[] {
  if (sizes.length === 0) return [];
  const centres: Size[] = [sizes[Math.floor(random() * sizes.length)]!];
  const distances = sizes.map(() => 1);
  while (centres.length < count) {
    const last = centres.at(-1)!;
    sizes.forEach((size, n) => {
      distances[n] = Math.min(distances[n]!, 1 - cornerIou(size, last));
    });
    const total = distances.reduce((sum, distance) => sum + distance ** 2, 0);
    if (total === 0) break;
    let left = random() * total;
    let drawn = distances.findIndex((distance) => {
      left -= distance ** 2;
      return left < 0;
    });
    // Rounding may leave a rest behind the last box.
    if (drawn < 0) drawn = distances.findLastIndex((distance) => distance > 0);
    centres.push(sizes[drawn]!);
  }
  return centres;
}

/** The mean of the boxes nearest to each centre; a centre without boxes stays. */
function meansOf(sizes: readonly Size[], centres: readonly Size[]): Size[] {
  const sums = centres.map(() => ({ width: 0, height: 0, count: 0 }));
  for (const size of sizes) {
    let nearest = 0;
    let best = -1;
    centres.forEach((centre, n) => {
      const iou = cornerIou(size, centre);
      if (iou > best) [nearest, best] = [n, iou];
    });
    const sum = sums[nearest]!;
    sum.width += size[0];
    sum.height += size[1];
    sum.count += 1;
  }
  return sums.map(({ width, height, count }, n) =>
    count === 0 ? centres[n]! : ([width / count, height / count] as const),
  );
}
