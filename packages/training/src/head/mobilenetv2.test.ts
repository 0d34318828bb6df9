import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { readOnnx } from '@maskwatch/onnx/onnx-reader';
import { loadModel } from '@maskwatch/runtime/registry';
import { openSession } from '@maskwatch/runtime/session';
import { openBackend } from '@maskwatch/runtime/tfjs-backend';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import { model } from '@tensorflow/tfjs-layers';
import { convolutionsOf, loadBaseWeights } from './base-weights.ts';
import { mobilenetv2 } from './mobilenetv2.ts';
import { pixelExamples } from './pixel-examples.ts';
import { logitsOf } from './training-step.ts';

test('the base as layers computes what its ONNX file does, on even and odd maps', async () => {
  await openBackend(async () => undefined, ['wasm']);
  const loaded = await loadModel('mobilenetv2-imagenet');
  const convolutions = convolutionsOf(readOnnx(await readFile(loaded.path)));
  const session = await openSession(loaded);
  for (const size of [64, 112]) {
    const base = mobilenetv2({ size });
    loadBaseWeights(base, convolutions);
    const network = model({ inputs: base.input, outputs: base.features });
    const planes = goldenPattern(size, size);
    const run = { planes, count: 1, width: size, height: size, colour: 'rgb' } as const;
    const wanted = (await session.run(run)).features!.data;
    const pictures = pixelExamples({ labels: [0], size, picture: async () => planes });
    const got = logitsOf(network, await pictures.inputs([0], 0));
    assert.equal(got.length, 1280);
    const furthest = Math.max(...got.map((value, n) => Math.abs(value - wanted[n]!)));
    assert.ok(furthest < 1e-3, `${size} px: ${furthest}`);
  }
  await session.release();
  const other = convolutions.slice(0, 9);
  assert.throws(() => loadBaseWeights(mobilenetv2({ size: 32 }), other), { code: 'base-unfit' });
});
