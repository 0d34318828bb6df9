import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figureName, figureValue } from './figure-words.ts';

test('names of figures are read as words, with sizes in pixels', () => {
  const names = [
    ['faceAp16to32', 'face AP, 16 to 32 px'],
    ['faceAp16', 'face AP, 16 px and more'],
    ['foundRecall16', 'found recall, 16 px and more'],
    ['balancedAccuracyMaskNoMask', 'balanced accuracy mask no mask'],
    ['balancedAccuracyThreeStates32', 'balanced accuracy three states, 32 px and more'],
    ['incorrectF1', 'incorrect F1'],
    ['accuracy', 'accuracy'],
    ['no_mask precision', 'no mask precision'],
    ['pictures trained on', 'pictures trained on'],
  ] as const;
  for (const [key, words] of names) assert.equal(figureName(key), words);
});

test('values have as many digits as tell models apart', () => {
  assert.equal(figureValue(0.86), '0.860');
  assert.equal(figureValue(12.345), '12.3');
  assert.equal(figureValue(3833), '3\u2009833');
  assert.equal(figureValue(0.0712345), '0.071');
});
