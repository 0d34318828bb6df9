import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meaningOf, parseNames, unknownClasses } from './class-names.ts';
import { namesOfYaml } from './yolo-names.ts';

test('names with their meanings, commas between', () => {
  assert.deepEqual(parseNames('with_mask=mask, a=b=ignore,0=no_mask,'), {
    ...{ with_mask: 'mask', 'a=b': 'ignore', 0: 'no_mask' },
  });
  for (const text of ['mask', 'x=masked', '=mask']) {
    assert.throws(() => parseNames(text), { code: 'names-invalid', status: 400 });
  }
});

test('common names are known in any spelling; what is given goes before', () => {
  assert.equal(meaningOf('With-Mask'), 'mask');
  assert.equal(meaningOf('Mask_Weared_Incorrect'), 'incorrect');
  assert.equal(meaningOf('without mask'), 'no_mask');
  assert.equal(meaningOf('dog'), undefined);
  assert.equal(meaningOf('mask', { mask: 'no_mask' }), 'no_mask');
});

test('an example never names more classes than were unknown', () => {
  const { message, action } = unknownClasses(['good', 'bad', 'ugly'], 'folders');

  assert.match(message, /good, bad, ugly \(folders\) mean\./);
  assert.match(action!, /"good=mask,bad=no_mask,ugly=ignore"/);
});

test('names of a data.yaml in each of its forms', () => {
  const names = ['mask', 'no mask', 'wrong'];

  for (const text of [
    'train: x\nnc: 3\nnames: [mask, "no mask", \'wrong\']  # three\n',
    'names: [mask,\n  no mask,\n  wrong]\n',
    'names:\n- mask\n- no mask\n- wrong\nnc: 3\n',
    'path: .\nnames:\n  0: mask\n  1: "no mask"\n  2: wrong\n',
  ]) {
    assert.deepEqual(namesOfYaml(text), names);
  }
  assert.deepEqual(namesOfYaml('nc: 3\n'), []);
});
