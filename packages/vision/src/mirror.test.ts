import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirrorBox, mirrorPlanes } from './mirror.ts';

test('each row of each plane is turned round, and twice is as before', () => {
  const planes = new Uint8Array(18).map((_, n) => n);
  const mirrored = new Uint8Array(18);
  mirrorPlanes(planes, 3, mirrored);
  assert.deepEqual([...mirrored.subarray(0, 6)], [2, 1, 0, 5, 4, 3]);
  assert.deepEqual([...mirrored.subarray(15)], [17, 16, 15]);
  const again = new Uint8Array(18);
  mirrorPlanes(mirrored, 3, again);
  assert.deepEqual(again, planes);
});

test('a box at the left of the mirrored picture is one at the right', () => {
  assert.deepEqual(mirrorBox([1, 2, 3, 4], 10), [6, 2, 3, 4]);
});
