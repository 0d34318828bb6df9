import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getBackend, scalar, square } from '@tensorflow/tfjs-core';
import { backends, nativeBackend, openBackend } from './tfjs-backend.ts';

test('the fastest backend on which a step runs is taken, and what failed is told', async () => {
  const step = async () => {
    square(scalar(3)).dispose();
  };
  // The native packages are no dependencies: where they are absent nothing is said of them.
  const first = await openBackend(step);
  assert.deepEqual(first, { name: (await nativeBackend()) ?? 'wasm', notes: [] });
  const second = await openBackend(async () => {
    if (getBackend() !== 'cpu') throw new Error("Kernel 'Fold' not registered\nfor this backend");
  });
  assert.equal(second.name, 'cpu');
  const note = "TensorFlow.js cannot compute with wasm: Kernel 'Fold' not registered";
  assert.equal(second.notes.at(-1), note);
});

test('no backend at all is a problem with what each said', async () => {
  const fails = async () => {
    throw new Error('no memory');
  };
  await assert.rejects(openBackend(fails), (thrown: { code: string; message: string }) => {
    assert.equal(thrown.code, 'tfjs-backend');
    assert.match(thrown.message, /with wasm, cpu: no memory/);
    return true;
  });
  assert.equal(backends.at(-1), 'cpu');
});
