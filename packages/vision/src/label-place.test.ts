import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '@maskwatch/contracts/box';
import { placeLabel } from './label-place.ts';

const picture = { width: 200, height: 100 };
const size = { width: 50, height: 10 };
const place = (box: Box, placed: Box[] = []) => placeLabel(box, { size, picture, placed });

test('a label stands above its box, below where there is no room above', () => {
  assert.deepEqual(place([40, 30, 60, 40]), [40, 20, 50, 10]);
  assert.deepEqual(place([40, 5, 60, 40]), [40, 45, 50, 10]);
});

test('a label at the right border is pushed into the picture', () => {
  assert.deepEqual(place([180, 30, 20, 20]), [150, 20, 50, 10]);
});

test('a label that would cover another one goes to the next free place', () => {
  assert.deepEqual(place([40, 30, 60, 40], [[30, 15, 20, 10]]), [50, 20, 50, 10]);
  assert.deepEqual(place([40, 30, 60, 40], [[0, 15, 200, 10]]), [40, 70, 50, 10]);
});

test('where every place covers something, the one that covers least is taken', () => {
  const everywhere: Box[] = [
    [0, 0, 200, 70],
    [0, 70, 60, 30],
    [60, 70, 140, 20],
  ];
  assert.deepEqual(place([40, 30, 60, 60], everywhere), [50, 90, 50, 10]);
});

test('a picture too small for any label gets one that begins inside it', () => {
  const tiny = placeLabel([1, 1, 3, 3], { size, picture: { width: 5, height: 5 }, placed: [] });
  assert.deepEqual(tiny, [1, 1, 50, 10]);
});
