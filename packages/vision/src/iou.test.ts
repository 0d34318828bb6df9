import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { iou } from './iou.ts';

test('boxes overlap by the share of their union', () => {
  assert.equal(iou([0, 0, 10, 10], [0, 0, 10, 10]), 1);
  assert.equal(iou([0, 0, 10, 10], [5, 0, 10, 10]), 50 / 150);
  assert.equal(iou([0, 0, 10, 10], [10, 0, 10, 10]), 0);
  assert.equal(iou([0, 0, 0, 10], [0, 0, 10, 10]), 0);
});

test('the overlap does not depend on the order, and a box overlaps itself wholly', () => {
  const side = fc.double({ min: 0.5, max: 500, noNaN: true });
  const place = fc.double({ min: -500, max: 500, noNaN: true });
  const box = fc.tuple(place, place, side, side);
  fc.assert(
    fc.property(box, box, (a, b) => {
      assert.ok(Math.abs(iou(a, b) - iou(b, a)) < 1e-12);
      assert.ok(Math.abs(iou(a, a) - 1) < 1e-9);
    }),
  );
});
