import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DetectorOptions, identityOf, parseClasses } from './options.ts';

test('classes are faces, or states in their own order', () => {
  assert.deepEqual(parseClasses('face'), ['face']);
  assert.deepEqual(parseClasses('states'), ['mask', 'no_mask', 'incorrect']);
  assert.deepEqual(parseClasses('mask, no_mask'), ['mask', 'no_mask']);
  for (const wrong of ['no_mask,mask', 'mask', 'person', 'face,mask']) {
    assert.throws(() => parseClasses(wrong), { code: 'train-options' });
  }
});

test('a training is the same one however long it runs, and another with other data or classes', () => {
  const options: DetectorOptions = {
    ...{ data: 'a', out: 'b', network: 'mobilenetv2', from: 'shipped', classes: ['face'] },
    ...{ anchors: 'data', size: 416, epochs: 30, batchSize: 16, seed: 1, resume: false },
  };
  const one = identityOf(options);

  assert.deepEqual(identityOf({ ...options, epochs: 60, minutes: 5, resume: true }), one);
  assert.notDeepEqual(identityOf({ ...options, data: 'c' }), one);
  assert.notDeepEqual(identityOf({ ...options, classes: ['mask', 'no_mask'] }), one);
});
