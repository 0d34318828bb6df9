import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { floatTensor, string } from '@maskwatch/onnx/graph';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { openTrial } from './run-trial.ts';

/** A picture as many times as large. */
function enlarged(times: number): Uint8Array {
  const attributes = { mode: string('nearest') };
  return writeOnnx({
    name: 'enlarged',
    nodes: [{ op: 'Resize', name: 'y', inputs: ['x', '', 'times'], outputs: ['y'], attributes }],
    initializers: [floatTensor('times', [4], Float32Array.of(1, 1, times, times))],
    inputs: [{ name: 'x', type: 'float', shape: [1, 3, 'h', 'w'] }],
    outputs: [{ name: 'y', type: 'float', shape: [1, 3, 'H', 'W'] }],
  });
}

const picture = { x: { data: new Float32Array(3 * 16 * 16).fill(0.5), dims: [1, 3, 16, 16] } };

test('a network runs in a process of its own', async () => {
  const trial = await openTrial(enlarged(2));
  const { y } = await trial.run(picture);
  await trial.close();

  assert.deepEqual(y?.shape, [1, 3, 32, 32]);
  assert.equal(y?.data[0], 0.5);
});

test('bytes that no runtime opens are refused', async () => {
  await assert.rejects(openTrial(Buffer.from('no network')), { code: 'import-network' });
});

test('a network that takes more memory than it may is ended', async (t) => {
  if (!existsSync('/proc/self/status')) return t.skip('this system does not tell the memory');
  // 16 * 500 pixels a side: 768 MB of floats.
  const trial = await openTrial(enlarged(500), { bytes: 300e6 });
  t.after(() => trial.close());

  await assert.rejects(trial.run(picture), { code: 'import-too-large' });
});

test('one whose outputs would fill the memory here is refused', async (t) => {
  const trial = await openTrial(enlarged(320));
  t.after(() => trial.close());

  await assert.rejects(trial.run(picture), /its outputs have 314572800 bytes/);
});

test('one that takes too long is ended', async () => {
  await assert.rejects(openTrial(enlarged(2), { milliseconds: 1 }), { code: 'import-too-slow' });
});
