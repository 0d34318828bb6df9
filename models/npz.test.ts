import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zipSync } from 'fflate';
import { readNpz } from './npz.ts';

/** An .npy file as numpy writes it. */
function npy(header: string, data: Float32Array): Uint8Array {
  const text = `${header.padEnd(117)}\n`;
  const start = Buffer.concat([Buffer.from([0x93]), Buffer.from('NUMPY'), Buffer.from([1, 0])]);
  const length = Buffer.from([text.length & 255, text.length >> 8]);
  return Buffer.concat([start, length, Buffer.from(text), Buffer.from(data.buffer)]);
}

const floats = (shape: string, order = 'False') =>
  `{'descr': '<f4', 'fortran_order': ${order}, 'shape': ${shape}, }`;

test('arrays of a zip by name, with their shapes', () => {
  const zip = zipSync({
    'conv00.weight.npy': npy(floats('(2, 3)'), Float32Array.of(1, 2, 3, 4, 5, 6)),
    'conv00.bias.npy': npy(floats('(2,)'), Float32Array.of(-1, 0.5)),
  });

  assert.deepEqual(
    [...readNpz(zip)],
    [
      ['conv00.weight', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ['conv00.bias', { shape: [2], data: Float32Array.of(-1, 0.5) }],
    ],
  );
});

for (const [what, file] of [
  ['columns first', npy(floats('(1, 2)', 'True'), Float32Array.of(1, 2))],
  [
    'doubles',
    npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", new Float32Array(2)),
  ],
  ['no array', Buffer.from('something else altogether')],
  ['cut off', npy(floats('(4,)'), Float32Array.of(1, 2))],
] as const) {
  test(`refused: ${what}`, () => {
    assert.throws(() => readNpz(zipSync({ 'x.npy': file })), /x\.npy/);
  });
}
