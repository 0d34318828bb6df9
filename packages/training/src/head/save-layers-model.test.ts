import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBackend } from '@maskwatch/runtime/tfjs-backend';
import { io, randomUniform } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { classifierNetwork } from './classifier-network.ts';
import { mobilenetv2 } from './mobilenetv2.ts';
import { layersNetworkOf, saveLayersModel } from './save-layers-model.ts';
import { logitsOf } from './training-step.ts';

test('what is saved is loaded by TensorFlow.js and computes the same', async () => {
  await openBackend(async () => undefined, ['wasm']);
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-layers-'));
  try {
    const base = mobilenetv2({ size: 32, width: 0.35, stages: 3 });
    const shape = { dense: [8], activation: 'elu', dropout: 0.5, classes: 2, seed: 1 } as const;
    const { probabilities } = classifierNetwork(base, shape);
    await saveLayersModel(folder, probabilities);
    const { modelTopology, weightsManifest } = JSON.parse(
      await readFile(join(folder, 'model.json'), 'utf8'),
    );
    const bytes = await readFile(join(folder, 'weights.bin'));
    const weightData = new Uint8Array(bytes).buffer;
    const weightSpecs = weightsManifest[0].weights;
    const again = await loadLayersModel(io.fromMemory({ modelTopology, weightSpecs, weightData }));
    const pictures = randomUniform([3, 32, 32, 3], -1, 1, 'float32', 4);
    assert.deepEqual(logitsOf(again, pictures), logitsOf(probabilities, pictures));
    const { weights } = layersNetworkOf(probabilities);
    assert.ok(weights.has('Conv1/kernel') && weights.has('head_dense_1/bias'));
    assert.equal(weights.size, weightSpecs.length);
  } finally {
    await rm(folder, { recursive: true });
  }
});
