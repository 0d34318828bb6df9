import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../features/seeded-random.ts';
import { clusterAnchors, cornerIou, meanOverlap, type Size } from './anchors.ts';

/** Boxes within a tenth of one of three sizes. */
function boxesNear(centres: readonly Size[]): Size[] {
  const random = seededRandom('boxes');
  const near = (side: number) => side * (0.9 + 0.2 * random());
  return Array.from({ length: 300 }, (_, n) => {
    const [width, height] = centres[n % centres.length]!;
    return [near(width), near(height)] as const;
  });
}

test('finds the sizes that boxes gather round, smallest first', () => {
  const centres = [
    [12, 16],
    [40, 52],
    [160, 200],
  ] as const;

  for (const seed of [1, 2, 3, 4, 5]) {
    const anchors = clusterAnchors(boxesNear(centres), { count: 3, seed });

    assert.equal(anchors.length, 3);
    anchors.forEach((anchor, n) => {
      assert.ok(cornerIou(anchor, centres[n]!) > 0.93, `${anchor} for ${centres[n]}`);
    });
  }
});

test('the same seed gives the same anchors', () => {
  const boxes = boxesNear([
    [10, 14],
    [30, 35],
  ]);

  assert.deepEqual(
    clusterAnchors(boxes, { count: 6, seed: 7 }),
    clusterAnchors(boxes, { count: 6, seed: 7 }),
  );
});

test('distance is overlap, so that small boxes count as much as large ones', () => {
  const small = Array.from({ length: 50 }, (_, n) => [8 + (n % 2), 8] as const);
  const large = Array.from({ length: 50 }, (_, n) => [200 + 40 * (n % 5), 200] as const);

  const anchors = clusterAnchors([...small, ...large], { count: 2, seed: 1 });

  assert.ok(anchors[0]![0] < 10 && anchors[1]![0] > 200, String(anchors));
});

test('gives fewer anchors than asked where there are fewer sizes, none where there are none', () => {
  const same = Array.from({ length: 20 }, () => [10, 10] as const);

  assert.deepEqual(clusterAnchors(same, { count: 9, seed: 1 }), [[10, 10]]);
  assert.deepEqual(clusterAnchors([], { count: 9, seed: 1 }), []);
});

test('more anchors suit the boxes better', () => {
  const boxes = boxesNear([
    [12, 16],
    [40, 52],
    [160, 200],
  ]);
  const overlaps = [1, 3, 9].map((count) =>
    meanOverlap(boxes, clusterAnchors(boxes, { count, seed: 1 })),
  );

  assert.ok(overlaps[0]! < overlaps[1]! && overlaps[1]! < overlaps[2]!, String(overlaps));
  assert.ok(overlaps[1]! > 0.85, String(overlaps));
});
