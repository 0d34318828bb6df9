import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { openBackend } from '@maskwatch/runtime/tfjs-backend';
import type { Checkpoint } from './checkpoint.ts';
import { classifierNetwork } from './classifier-network.ts';
import { type Fit, fit } from './fit.ts';
import { mobilenetv2 } from './mobilenetv2.ts';
import { pixelExamples } from './pixel-examples.ts';
import { mixedSeed } from './random-order.ts';
import { unfreeze } from './unfreeze.ts';

const size = 32;

before(async () => {
  await openBackend(async () => undefined, ['cpu']);
});

/** Reddish and bluish pictures with noise; `wrong` turns the labels round. */
function pictures(count: number, wrong = 0) {
  const labels = Array.from({ length: count }, (_, n) => (n + wrong) % 2);
  return pixelExamples({
    labels,
    size,
    picture: async (row) =>
      Uint8Array.from({ length: 3 * size * size }, (_, n) => {
        const plane = Math.floor(n / (size * size));
        const bright = plane === (row % 2 === 0 ? 0 : 2) ? 90 : 0;
        return 60 + bright + (mixedSeed(row, n) % 60);
      }),
  });
}

function task(changes: Partial<Fit> = {}): Fit {
  const base = mobilenetv2({ size, width: 0.35, stages: 2 });
  unfreeze(base, 4);
  const head = { dense: [8], activation: 'relu', dropout: 0, classes: 2, seed: 3 } as const;
  const options = {
    ...{ learningRate: 0.005, batchSize: 4, epochs: 4, patience: 4, seed: 3 },
    classWeights: [1, 1],
  };
  const { logits } = classifierNetwork(base, head);
  return { network: logits, training: pictures(8), validation: pictures(4), options, ...changes };
}

test('a whole network learns on pixels by the same way, and its frozen layers stay', async () => {
  const learning = task();
  const frozen = learning.network.nonTrainableWeights.map((weight) => weight.read().dataSync());
  assert.ok(frozen.length > 0);
  const { epochs } = await fit(learning);
  assert.ok(epochs.at(-1)!.loss < epochs[0]!.loss);
  const after = learning.network.nonTrainableWeights.map((weight) => weight.read().dataSync());
  assert.deepEqual(after, frozen);
});

test('it stops early, and goes on from its checkpoint', async () => {
  let kept: Checkpoint | undefined;
  const stopping = task({
    validation: pictures(4, 1),
    onEpoch: async (checkpoint) => {
      kept = checkpoint;
    },
  });
  stopping.options = { ...stopping.options, epochs: 20, patience: 1 };
  const { epochs, ended } = await fit(stopping);
  assert.equal(ended, 'patience');
  assert.ok(epochs.length < 20);
  const { network, training, validation, options } = stopping;
  const longer = { ...options, epochs: kept!.epochs.length + 1, patience: 5 };
  const again = await fit({ network, training, validation, options: longer, from: kept! });
  assert.equal(again.epochs.length, epochs.length + 1);
  assert.deepEqual(again.epochs.slice(0, -1), epochs);
});
