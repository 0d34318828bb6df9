import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAugmentation } from '@maskwatch/training/features/augmentation';
import type { ClassifierOptions } from './options.ts';
import { recipeArguments } from './recipe-arguments.ts';

const options: ClassifierOptions = {
  ...{ data: 'd', out: 'o', faces: 'auto', mode: 'full', unfreeze: 20, dense: [128, 64] },
  ...{ activation: 'relu', dropout: 0.5, learningRate: 0.0001, batchSize: 32, epochs: 9 },
  ...{ patience: 3, imageSize: 160, seed: 7, classWeights: 'balanced', views: 4, leaky: true },
  ...{ augment: parseAugmentation('zoom=0.1,flip,jpeg'), resume: true, python: 'python3' },
};
const folders = { training: 't', validation: 'v', base: 'b', out: 'x' };

test('the recipe is asked for what the command was asked for', () => {
  const text = recipeArguments(options, ['mask', 'no_mask'], folders).join(' ');
  assert.equal(
    text,
    '--data t --validation v --base b --out x --classes mask,no_mask ' +
      '--image-size 160 --unfreeze 20 --dense 128,64 --activation relu --dropout 0.5 ' +
      '--learning-rate 0.0001 --batch-size 32 --epochs 9 --patience 3 --class-weights balanced ' +
      '--augment zoom=0.1,flip,jpeg --seed 7 --resume',
  );
  const plain = { ...options, dense: [], augment: parseAugmentation('none'), resume: false };
  const words = recipeArguments(plain, ['mask', 'no_mask'], folders).join(' ');
  assert.match(words, /--dense none .*--augment none --seed 7$/);
});

test('what it does not know is refused with what it knows', () => {
  for (const change of [{ activation: 'selu' as const }, { classWeights: 'mask=1,no_mask=2' }]) {
    assert.throws(() => recipeArguments({ ...options, ...change }, ['mask'], folders), {
      code: 'train-options',
    });
  }
});
