import { readFileSync } from 'node:fs';
import { floatTensor, type Graph, int, int64Tensor, ints } from '@maskwatch/onnx/graph';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { randomNumbers } from '../darknet-networks.ts';

/** The kinds of files that an import reads, each mutated by itself. */
export const kinds = [
  'cfg',
  'weights',
  'onnx',
  'tfjs json',
  'tfjs weights',
  'h5',
  'keras',
] as const;
export type Kind = (typeof kinds)[number];

/** One file that is mutated, and what stands beside it as it is. */
export interface Seed {
  bytes: Uint8Array;
  /** Text is mutated by its numbers and lines, too. */
  text: boolean;
  beside?: Uint8Array;
}

const layers = '../../../packages/onnx/src/layers/testing/';
const fixture = (name: string) => readFileSync(new URL(`${layers}${name}`, import.meta.url));

/** Small valid files; `darknet` and `onnx` have every kind of layer and field that is read. */
export function seedsOf(kind: Kind): Seed[] {
  if (kind === 'cfg') return [{ bytes: strToU8(cfg), text: true, beside: weights() }];
  if (kind === 'weights') return [{ bytes: weights(), text: false, beside: strToU8(cfg) }];
  if (kind === 'onnx') return graphs().map((graph) => ({ bytes: writeOnnx(graph), text: false }));
  if (kind === 'tfjs json') return [{ bytes: tfjsJson(), text: true, beside: tfjsWeights() }];
  if (kind === 'tfjs weights') return [{ bytes: tfjsWeights(), text: false, beside: tfjsJson() }];
  const form = kind === 'h5' ? 'h5' : 'keras';
  return ['plain', 'nested'].map((name) => ({ bytes: fixture(`${name}.${form}`), text: false }));
}

/** A part of a .keras file, and the whole with it put back: else only the zip would be tried. */
export function insideOfKeras(
  bytes: Uint8Array,
  pick: number,
): { name: string; part: Uint8Array; whole: (part: Uint8Array) => Uint8Array } {
  const parts = unzipSync(bytes);
  const names = Object.keys(parts).sort();
  const name = names[Math.floor(pick * names.length)]!;
  return {
    name,
    part: parts[name]!,
    whole: (part) => zipSync({ ...parts, [name]: part }, { level: 0 }),
  };
}

const cfg = `[net]
width=32
height=32
channels=3
[convolutional]
batch_normalize=1
filters=8
size=3
stride=2
pad=1
activation=mish
[convolutional]
filters=8
size=1
stride=1
groups=2
activation=leaky
[shortcut]
from=-2
activation=linear
[maxpool]
size=2
stride=1
[route]
layers=-1
groups=2
group_id=1
[route]
layers=-1,-2
[avgpool]
[scale_channels]
from=-2
[sam]
from=-3
[dropout]
probability=.2
[convolutional]
filters=18
size=1
activation=linear
[yolo]
mask=0,1
anchors=10.5,14, 23,27
classes=4
num=2
scale_x_y=1.05
[route]
layers=3
[upsample]
stride=2
[convolutional]
filters=18
size=1
activation=swish
[yolo]
mask=0,1
anchors=10,14, 23,27
classes=4
`;

function numbers(count: number, seed: number): Float32Array {
  const random = randomNumbers(seed);
  return Float32Array.from({ length: count }, () => random() - 0.5);
}

function weights(): Uint8Array {
  // As many as the layers of the cfg take: 8 * 4 + 216, 8 + 32, 18 + 216, 18 + 144.
  const values = numbers(8 * 4 + 216 + 8 + 32 + 18 + 216 + 18 + 144, 3);
  // Variances are not below zero.
  for (let n = 24; n < 32; n += 1) values[n]! += 0.6;
  const header = Int32Array.of(0, 2, 5, 0, 0);
  return Buffer.concat([header, values].map((part) => new Uint8Array(part.buffer)));
}

/** A classifier with its softmax, channels last and first; a detector of YOLOv8's layout. */
function graphs(): Graph[] {
  const conv = { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]), group: int(1) };
  const graph = (shape: (number | string)[], output: (number | string)[]): Graph => ({
    name: 'seed',
    opset: 13,
    inputs: [{ name: 'image', type: 'float', shape }],
    outputs: [{ name: 'out', type: 'float', shape: output }],
    initializers: [
      floatTensor('w', [4, 3, 3, 3], numbers(108, 5)),
      int64Tensor('shape', [1, -1]),
      { name: 'half', dims: [2], type: 'raw', element: 10, data: Uint8Array.of(0, 60, 0, 64) },
    ],
    nodes: [
      { op: 'Conv', name: 'conv', inputs: ['image', 'w'], outputs: ['a'], attributes: conv },
      { op: 'Reshape', name: 'row', inputs: ['a', 'shape'], outputs: ['b'], attributes: {} },
      {
        op: 'Constant',
        name: 'constant',
        inputs: [],
        outputs: ['c'],
        attributes: {
          value: { kind: 'tensor', value: floatTensor('one', [1], Float32Array.of(1)) },
          note: { kind: 'string', value: 'a word' },
          list: { kind: 'floats', values: [1, 2.5] },
          words: { kind: 'strings', values: ['a', 'b'] },
        },
      },
      {
        op: 'Softmax',
        name: 'soft',
        inputs: ['b'],
        outputs: ['out'],
        attributes: { axis: int(1) },
      },
    ],
  });
  return [
    graph(['n', 3, 32, 32], ['n', 3]),
    graph(['n', 32, 32, 3], ['n', 1]),
    graph([1, 3, 32, 32], [1, 7, 21]),
  ];
}

const tfjsLayers = [
  {
    class_name: 'Conv2D',
    weights: [
      ['kernel', [3, 3, 3, 4]],
      ['bias', [4]],
    ],
    config: {
      filters: 4,
      kernel_size: [3, 3],
      strides: [2, 2],
      padding: 'same',
      activation: 'relu',
      use_bias: true,
      batch_input_shape: [null, 16, 16, 3],
    },
  },
  {
    class_name: 'BatchNormalization',
    weights: [
      ['gamma', [4]],
      ['beta', [4]],
      ['moving_mean', [4]],
      ['moving_variance', [4]],
    ],
    config: { axis: -1, epsilon: 0.001, center: true, scale: true },
  },
  {
    class_name: 'DepthwiseConv2D',
    weights: [['depthwise_kernel', [3, 3, 4, 1]]],
    config: { kernel_size: [3, 3], padding: 'valid', use_bias: false, activation: 'linear' },
  },
  {
    class_name: 'MaxPooling2D',
    weights: [],
    config: { pool_size: [2, 2], strides: [2, 2], padding: 'valid' },
  },
  { class_name: 'ReLU', weights: [], config: { max_value: 6 } },
  { class_name: 'Flatten', weights: [], config: {} },
  {
    class_name: 'Dense',
    weights: [
      ['kernel', [36, 2]],
      ['bias', [2]],
    ],
    config: { units: 2, activation: 'softmax', use_bias: true },
  },
] as const;

function tfjsJson(): Uint8Array {
  const stored = tfjsLayers.flatMap(({ weights }, n) =>
    weights.map(([name, shape]) => ({ name: `layer${n}/${name}`, shape, dtype: 'float32' })),
  );
  const model = {
    format: 'layers-model',
    modelTopology: {
      keras_version: '2.15.0',
      model_config: {
        class_name: 'Sequential',
        config: {
          name: 'seed',
          layers: tfjsLayers.map(({ class_name, config }, n) => ({
            class_name,
            config: { name: `layer${n}`, ...config },
          })),
        },
      },
    },
    weightsManifest: [{ paths: ['weights.bin'], weights: stored }],
  };
  return strToU8(JSON.stringify(model, undefined, 1));
}

function tfjsWeights(): Uint8Array {
  const counts = tfjsLayers.flatMap(({ weights }) =>
    weights.map(([, shape]) => (shape as readonly number[]).reduce((a, b) => a * b, 1)),
  );
  const total = counts.reduce((a, b) => a + b, 0);
  // Variances are not below zero.
  return new Uint8Array(numbers(total, 9).map((value) => value + 0.6).buffer);
}
