import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { iou } from './iou.ts';
import { suppress } from './non-maximum-suppression.ts';

test('of two boxes on one face the surer one stays, a neighbour stays as well', () => {
  const unsure = { box: [1, 1, 10, 10], confidence: 0.6 } as const;
  const sure = { box: [0, 0, 10, 10], confidence: 0.9 } as const;
  const neighbour = { box: [8, 0, 10, 10], confidence: 0.5 } as const;
  assert.deepEqual(suppress([unsure, sure, neighbour]), [sure, neighbour]);
});

test('no two that stay overlap, they fall in confidence, and the bound holds', () => {
  const number = fc.double({ min: 0, max: 100, noNaN: true });
  const detection = fc.record({
    box: fc.tuple(number, number, number, number),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(detection, { maxLength: 40 }), (candidates) => {
      const kept = suppress(candidates, { iou: 0.45, most: 10 });
      assert.ok(kept.length <= 10);
      kept.forEach((a, n) => {
        const rest = kept.slice(n + 1);
        assert.ok(rest.every((b) => b.confidence <= a.confidence && iou(a.box, b.box) <= 0.45));
      });
    }),
  );
});
