import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectorMeanings, statesOf } from './class-meanings.ts';

test('classes of a detector mean faces or at least two states', () => {
  assert.deepEqual(detectorMeanings(['face'], {}), ['face']);
  assert.deepEqual(detectorMeanings(['with_mask', 'without_mask'], {}), ['mask', 'no_mask']);
  assert.deepEqual(detectorMeanings(['a', 'b'], { a: 'face', b: 'ignore' }), ['face', 'ignore']);
});

test('one state alone, or nothing to find, is refused with what to do', () => {
  assert.throws(() => detectorMeanings(['with_mask', 'person'], { person: 'ignore' }), {
    code: 'import-names',
    message: /mask alone is no judgement; map it to face/,
  });
  assert.throws(
    () => detectorMeanings(['person'], { person: 'ignore' }),
    /all of them are ignored/,
  );
});

test('a class that nobody explains is named with an example', () => {
  assert.throws(() => detectorMeanings(['with_mask', 'hut'], {}), {
    code: 'names-unknown',
    action: /--map "hut=no_mask"/,
  });
});

test('a classifier tells two or three states apart, each once', () => {
  assert.deepEqual(statesOf(['no_mask', 'mask'], {}), ['no_mask', 'mask']);
  assert.throws(() => statesOf(['mask'], {}), /two or three states/);
  assert.throws(() => statesOf(['mask', 'masked'], {}), /both mean mask/);
});
