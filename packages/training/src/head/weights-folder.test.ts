import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBackend } from '@maskwatch/runtime/tfjs-backend';
import { headNetwork } from './classifier-network.ts';
import {
  denseWeightsOf,
  loadDenseWeights,
  readWeightsFolder,
  writeWeightsFolder,
} from './weights-folder.ts';

test('weights go to the recipe and come back, and half a file is refused', async () => {
  await openBackend(async () => undefined, ['wasm']);
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-weights-'));
  try {
    const shape = { dense: [4], activation: 'relu', dropout: 0.5, classes: 2, seed: 9 } as const;
    const dense = denseWeightsOf(headNetwork(6, shape));
    const kernel = { shape: [2, 3, 1, 1], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
    const convolutions = [{ kernel, bias: Float32Array.of(0.5, -0.5) }];
    await writeWeightsFolder(folder, { convolutions, dense });
    const again = await readWeightsFolder(folder);
    assert.deepEqual(again.convolutions[0]!.kernel.shape, [2, 3, 1, 1]);
    assert.deepEqual(again.convolutions[0]!.bias, convolutions[0]!.bias);
    const other = headNetwork(6, { ...shape, seed: 10 });
    loadDenseWeights(other, again.dense);
    assert.deepEqual(denseWeightsOf(other), dense);
    const wider = headNetwork(6, { ...shape, dense: [5] });
    assert.throws(() => loadDenseWeights(wider, again.dense), { code: 'weights-invalid' });
    await truncate(join(folder, 'weights.bin'), 40);
    await assert.rejects(readWeightsFolder(folder), { code: 'weights-invalid' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
