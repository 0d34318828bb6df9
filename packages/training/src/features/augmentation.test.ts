import assert from 'node:assert/strict';
import { test } from 'node:test';
import { augmentationText, parseAugmentation } from './augmentation.ts';

test('what is named is done, with its own value or the usual one', () => {
  const parsed = parseAugmentation('zoom=0.3, rotate,flip,jpeg=70');

  assert.deepEqual(parsed, {
    ...{ zoom: 0.3, rotate: 15, shift: 0, flip: true },
    ...{ brightness: 0, blur: 0, jpeg: 70, downscale: 0, border: 0 },
  });
  assert.equal(augmentationText(parsed), 'zoom=0.3,rotate=15,flip,jpeg=70');
  assert.deepEqual(parseAugmentation(augmentationText(parsed)), parsed);
});

test('none is nothing at all', () => {
  assert.equal(augmentationText(parseAugmentation('none')), 'none');
  assert.deepEqual(parseAugmentation(''), parseAugmentation('none'));
});

for (const [text, words] of [
  ['zom=0.2', /"zom=0.2" is no augmentation; it takes one of zoom, rotate/],
  ['zoom=2', /zoom with a value from 0 to 0.9/],
  ['rotate=', /rotate with a value from 0 to 180/],
  ['shift=x', /shift with a value/],
  ['zoom=1=2', /one of zoom/],
] as const) {
  test(`"${text}" is refused with what it takes`, () => {
    assert.throws(() => parseAugmentation(text), { code: 'augment-invalid', message: words });
  });
}
