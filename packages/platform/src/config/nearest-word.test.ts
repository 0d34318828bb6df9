import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editDistance, nearestWord } from './nearest-word.ts';

test('counts the letters to change', () => {
  assert.equal(editDistance('', 'abc'), 3);
  assert.equal(editDistance('kitten', 'sitting'), 3);
  assert.equal(editDistance('hold', 'hold'), 0);
});

test('finds the key that was meant, and none where nothing is near', () => {
  const known = ['id', 'source', 'maxWidth', 'privacyMasks'];

  assert.equal(nearestWord('sorce', known), 'source');
  assert.equal(nearestWord('max_width', known), 'maxWidth');
  assert.equal(nearestWord('privacy_mask', known), 'privacyMasks');
  assert.equal(nearestWord('colour', known), undefined);
});
