import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { floatTensor, type Graph, ints } from './graph.ts';
import { readOnnx } from './onnx-reader.ts';
import { writeOnnx } from './onnx-writer.ts';
import { COLOUR, OFFSET, PLANES, withPictureInput } from './picture-input.ts';

/** A network that averages each 2x2 block over the three channels. */
const network: Graph = {
  name: 'average',
  nodes: [
    {
      op: 'Conv',
      name: 'mean',
      inputs: ['rgb', 'twelfths'],
      outputs: ['mean'],
      attributes: { strides: ints([2, 2]) },
    },
  ],
  initializers: [floatTensor('twelfths', [1, 3, 2, 2], new Float32Array(12).fill(1 / 12))],
  inputs: [{ name: 'rgb', type: 'float', shape: ['n', 3, 'height', 'width'] }],
  outputs: [{ name: 'mean', type: 'float', shape: ['n', 1, 'h', 'w'] }],
};

async function mean(colour: number[], offset: number[]): Promise<number[]> {
  const file = writeOnnx(withPictureInput(readOnnx(writeOnnx(network))));
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
  const planes = Uint8Array.from([255, 255, 255, 255, 0, 0, 0, 0, 51, 51, 51, 51]);
  const results = await session.run({
    [PLANES]: new Tensor('uint8', planes, [1, 3, 2, 2]),
    [COLOUR]: new Tensor('float32', Float32Array.from(colour), [3, 3, 1, 1]),
    [OFFSET]: new Tensor('float32', Float32Array.from(offset), [3]),
  });
  await session.release();
  return [...(results.mean!.data as Float32Array)];
}

test('bytes of red, green and blue become scaled floats', async () => {
  const [value] = await mean([1 / 255, 0, 0, 0, 1 / 255, 0, 0, 0, 1 / 255], [0, 0, 0]);

  assert.ok(Math.abs(value! - (1 + 0 + 0.2) / 3) < 1e-6);
});

test('colour mixes planes and offset is added after it', async () => {
  const [value] = await mean([0, 0, 1, 0, 0, 1, 0, 0, 1], [1, 2, 3]);

  assert.ok(Math.abs(value! - (51 + 2)) < 1e-4);
});

test('a network that takes no picture is refused', () => {
  const grey = { ...network.inputs[0]!, shape: ['n', 1, 8, 8] };

  assert.throws(() => withPictureInput({ ...network, inputs: [grey] }), { code: 'onnx-input' });
  assert.throws(() => withPictureInput({ ...network, inputs: [] }), /takes nothing/);
});
