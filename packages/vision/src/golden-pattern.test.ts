import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { evenSamples, goldenPattern } from './golden-pattern.ts';

test('the golden pattern never changes: recorded outputs of models depend on each byte', () => {
  const hash = createHash('sha256').update(goldenPattern(64, 48)).digest('hex');

  assert.equal(hash, '8131d652177c96d91cdda45bd63fa433bde8e56dc495d5a284479653d19acd66');
});

test('the golden pattern uses most of the range of a byte and differs between planes', () => {
  const planes = goldenPattern(320, 256);
  const size = 320 * 256;

  assert.ok(Math.min(...planes.subarray(0, size)) < 20);
  assert.ok(Math.max(...planes.subarray(0, size)) > 215);
  assert.notDeepEqual(planes.subarray(0, size), planes.subarray(size, 2 * size));
});

test('even samples start at the first value and keep equal distances', () => {
  assert.deepEqual(evenSamples([0, 1, 2, 3, 4, 5, 6, 7], 4), [0, 2, 4, 6]);
  assert.deepEqual(evenSamples([5, 6], 64), [5, 6]);
});
