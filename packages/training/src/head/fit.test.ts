import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBackend } from '@maskwatch/runtime/tfjs-backend';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { headNetwork } from './classifier-network.ts';
import { logEpoch, startEpochLog } from './epoch-log.ts';
import { featureExamples } from './feature-examples.ts';
import { type Fit, type FitOptions, fit } from './fit.ts';
import type { HeadShape } from './head-layers.ts';
import { logitsOfAll } from './measure-examples.ts';
import { mixedSeed } from './random-order.ts';

const channels = 12;
const shape: HeadShape = { dense: [8], activation: 'relu', dropout: 0.5, classes: 2, seed: 5 };
const options: FitOptions = {
  ...{ learningRate: 0.01, batchSize: 16, epochs: 6, patience: 6, seed: 5 },
  classWeights: [1, 1],
};

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maskwatch-fit-'));
  await openBackend(async () => undefined, ['wasm']);
});
after(() => rm(folder, { recursive: true }));

/** Rows of noise whose class shifts each value a little; `wrong` turns the labels round. */
function examples(count: number, seed: number, wrong = 0) {
  const noise = (n: number) => mixedSeed(seed, n) / 2 ** 31 - 1;
  const labels = Array.from({ length: count }, (_, n) => n % 2);
  const rows = labels.map((label, row) => {
    return Float32Array.from({ length: 2 * channels }, (_, n) => {
      return noise(100 * row + n) + (label - 0.5) * 0.8;
    });
  });
  const shown = labels.map((label) => Math.abs(label - wrong));
  return featureExamples({ labels: shown, channels, rows });
}

function task(changes: Partial<Fit> = {}): Fit {
  const network = headNetwork(channels, shape);
  return { network, training: examples(64, 1), validation: examples(32, 2), options, ...changes };
}

test('the loss falls, and the same seed gives the same weights', async () => {
  const [first, second] = [task(), task()];
  const { epochs, best } = await fit(first);
  await fit(second);
  assert.ok(epochs.at(-1)!.loss < 0.8 * epochs[0]!.loss);
  assert.equal(best.validationLoss, Math.min(...epochs.map((epoch) => epoch.validationLoss)));
  const logits = await logitsOfAll(first.network, first.validation);
  assert.deepEqual(logits, await logitsOfAll(second.network, second.validation));
  const other = task({ options: { ...options, seed: 6 } });
  await fit(other);
  assert.notDeepEqual(logits, await logitsOfAll(other.network, other.validation));
});

test('it ends when the validation loss no longer falls, with the best weights', async () => {
  let best: Float32Array[] = [];
  const stopping = task({
    // What is learned is wrong there, so the first epoch is the best one.
    validation: examples(32, 2, 1),
    options: { ...options, epochs: 50, patience: 3 },
    onEpoch: async (checkpoint) => {
      best = checkpoint.best.weights;
    },
  });
  const { epochs, ended } = await fit(stopping);
  assert.equal(ended, 'patience');
  assert.equal(epochs.length, 4);
  const kept = stopping.network.trainableWeights.map((weight) => weight.read().dataSync());
  assert.deepEqual(kept, best);
});

test('a training that was killed goes on to the end that it would have had', async () => {
  const whole = task();
  const { epochs } = await fit(whole);
  const identity = { seed: '5' };
  const killed = task({
    onEpoch: async (checkpoint) => {
      await writeCheckpoint(folder, identity, checkpoint);
      if (checkpoint.epochs.length === 3) throw new Error('killed');
    },
  });
  await assert.rejects(fit(killed), /killed/);
  const from = await readCheckpoint(folder, identity);
  assert.equal(from.epochs.length, 3);
  const resumed = task({ from });
  const again = await fit(resumed);
  assert.equal(again.epochs.length, 6);
  again.epochs.forEach((epoch, n) => {
    assert.ok(Math.abs(epoch.loss - epochs[n]!.loss) < 1e-4, `epoch ${epoch.epoch}`);
  });
});

test('an interruption throws the epoch under way away, but never the first', async () => {
  for (const during of [1, 3]) {
    const stop = new AbortController();
    const interrupted = task({
      signal: stop.signal,
      onStep: ({ epoch, done }) => {
        if (epoch === during && done === 1) stop.abort();
      },
    });
    const { epochs, ended } = await fit(interrupted);
    assert.equal(ended, 'interrupted');
    assert.equal(epochs.length, Math.max(1, during - 1));
  }
});

test('a checkpoint of another training, and half of one, are refused', async () => {
  const checkpoint: Checkpoint = {
    epochs: [],
    weights: [Float32Array.of(1, 2)],
    best: { epoch: 1, weights: [Float32Array.of(1, 2)] },
    moments: [Float32Array.of(3)],
  };
  checkpoint.epochs.push({
    ...{ epoch: 1, loss: 1, accuracy: 0.5, validationLoss: 1, validationAccuracy: 0.5 },
    ...{ learningRate: 0.001, seconds: 1 },
  });
  await writeCheckpoint(folder, { dense: '128', seed: '1' }, checkpoint);
  assert.deepEqual(await readCheckpoint(folder, { dense: '128', seed: '1' }), checkpoint);
  await assert.rejects(readCheckpoint(folder, { dense: '64', seed: '1' }), {
    code: 'checkpoint-other',
    errors: [{ path: 'dense', message: 'was 128, is now 64' }],
  });
  await truncate(join(folder, 'checkpoint.bin'), 300);
  const code = 'checkpoint-invalid';
  await assert.rejects(readCheckpoint(folder, { dense: '128', seed: '1' }), { code });
  await assert.rejects(readCheckpoint(join(folder, 'none'), {}), { code: 'checkpoint-absent' });
});

test('the log of a training that goes on has each epoch once', async () => {
  const path = join(folder, 'log.csv');
  const figures = (epoch: number) => ({
    ...{ epoch, loss: 0.5, accuracy: 0.75, validationLoss: 0.25, validationAccuracy: 1 },
    ...{ learningRate: 0.001, seconds: 1.5 },
  });
  await startEpochLog(path, []);
  await logEpoch(path, figures(1));
  await appendFile(path, '2,0.4');
  await startEpochLog(path, [figures(1)]);
  await logEpoch(path, figures(2));
  assert.deepEqual((await readFile(path, 'utf8')).split('\n'), [
    'epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds',
    '1,0.50000,0.75000,0.25000,1.00000,0.001,1.50',
    '2,0.50000,0.75000,0.25000,1.00000,0.001,1.50',
    '',
  ]);
});
