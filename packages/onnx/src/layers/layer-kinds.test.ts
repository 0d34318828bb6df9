import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as layers from '@tensorflow/tfjs-layers';
import { largestDifference, randomise } from './testing/compare-with-tfjs.ts';

const { layers: make } = layers;
type Layer = { apply(input: layers.SymbolicTensor): unknown };

/** A Sequential model of the given layers between a picture of this size and two dense units. */
function model([height, width]: [number, number], middle: Layer[]): layers.LayersModel {
  const input = layers.input({ shape: [height, width, 3] });
  const ends = [make.flatten(), make.dense({ units: 2, activation: 'softmax' })];
  const output = [...middle, ...ends].reduce(
    (value, layer) => layer.apply(value) as layers.SymbolicTensor,
    input,
  );
  const made = layers.model({ inputs: input, outputs: output });
  randomise(made, 3);
  return made;
}

const cases: [string, () => Layer[]][] = [
  ['plain convolution', () => [make.conv2d({ filters: 4, kernelSize: [3, 2] })]],
  ...(['same', 'valid'] as const).flatMap((padding): [string, () => Layer[]][] => [
    [
      `convolution, stride 2, ${padding}`,
      () => [make.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding })],
    ],
    [
      `depthwise, stride 2, multiplier 2, ${padding}`,
      () => [make.depthwiseConv2d({ kernelSize: 3, strides: 2, depthMultiplier: 2, padding })],
    ],
    [
      `separable, ${padding}`,
      () => [make.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2, padding })],
    ],
    [
      `largest of 3, stride 2, ${padding}`,
      () => [
        make.conv2d({ filters: 4, kernelSize: 1 }),
        make.maxPooling2d({ poolSize: 3, strides: 2, padding }),
      ],
    ],
    [
      `mean of 3, stride 2, ${padding}`,
      () => [make.averagePooling2d({ poolSize: 3, strides: 2, padding })],
    ],
  ]),
  ['dilated', () => [make.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: 'same' })]],
  [
    'a border of zeros before a pool, below them all',
    () => [
      make.conv2d({ filters: 4, kernelSize: 1 }),
      make.zeroPadding2d({
        padding: [
          [1, 1],
          [0, 1],
        ],
      }),
      make.maxPooling2d({ poolSize: 3, strides: 2 }),
    ],
  ],
  [
    'a border of zeros before a mean',
    () => [
      make.zeroPadding2d({
        padding: [
          [1, 1],
          [2, 0],
        ],
      }),
      make.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
    ],
  ],
  [
    'normalised before any convolution, then rectified',
    () => [make.batchNormalization(), make.activation({ activation: 'relu' })],
  ],
  [
    'normalised rows',
    () => [
      make.flatten(),
      make.dense({ units: 6 }),
      make.batchNormalization({ scale: false }),
      make.reshape({ targetShape: [1, 1, 6] }),
    ],
  ],
  [
    'a convolution with activation keeps its normalisation behind it',
    () => [
      make.conv2d({ filters: 4, kernelSize: 3, activation: 'tanh' }),
      make.batchNormalization({ center: false }),
    ],
  ],
  ['dense on a map', () => [make.dense({ units: 4, activation: 'elu' })]],
  [
    'leaky and limited',
    () => [make.leakyReLU({ alpha: 0.2 }), make.reLU({ maxValue: 0.5 }), make.elu()],
  ],
  [
    'softmax of channels, hard sigmoid',
    () => [make.softmax({ axis: -1 }), make.activation({ activation: 'hardSigmoid' })],
  ],
  [
    'rows to a map and back',
    () => [
      make.globalMaxPooling2d({}),
      make.dense({ units: 12 }),
      make.reshape({ targetShape: [2, 3, 2] }),
      make.conv2d({ filters: 3, kernelSize: 2 }),
    ],
  ],
];

for (const [name, middle] of cases) {
  for (const size of [
    [12, 9],
    [11, 10],
  ] as [number, number][]) {
    test(`${name}: the same as TensorFlow.js at ${size[1]} x ${size[0]}`, async () => {
      const { difference, theirs } = await largestDifference(model(size, middle()), size);
      assert.ok(difference <= 1e-4, `${difference}`);
      assert.ok(
        theirs.every(([first]) => first! > 1e-6 && first! < 1 - 1e-6),
        'a judgement',
      );
    });
  }
}

test('arms are added, multiplied, joined at their channels and compared', async () => {
  const input = layers.input({ shape: [9, 9, 3] });
  const arm = (filters: number) =>
    make.conv2d({ filters, kernelSize: 3, padding: 'same' }).apply(input) as layers.SymbolicTensor;
  const [a, b, c] = [arm(4), arm(4), arm(2)];
  const sum = make.add().apply([a, b, a]) as layers.SymbolicTensor;
  const gate = make.conv2d({ filters: 1, kernelSize: 1, activation: 'sigmoid' }).apply(a);
  const gated = make.multiply().apply([sum, gate as layers.SymbolicTensor]);
  const most = make.maximum().apply([gated as layers.SymbolicTensor, b]) as layers.SymbolicTensor;
  const joined = make.concatenate().apply([most, c]) as layers.SymbolicTensor;
  const pooled = make.globalAveragePooling2d({}).apply(joined) as layers.SymbolicTensor;
  const output = make.dense({ units: 3, activation: 'softmax' }).apply(pooled);
  const made = layers.model({ inputs: input, outputs: output as layers.SymbolicTensor });
  randomise(made, 4);

  const { difference } = await largestDifference(made, [9, 9]);
  assert.ok(difference <= 1e-4, `${difference}`);
});

test('one layer used twice has its weights once in the graph', async () => {
  const input = layers.input({ shape: [9, 9, 3] });
  const shared = make.conv2d({ filters: 3, kernelSize: 3, padding: 'same' });
  const twice = shared.apply(shared.apply(input)) as layers.SymbolicTensor;
  const pooled = make.globalAveragePooling2d({}).apply(twice) as layers.SymbolicTensor;
  const output = make.dense({ units: 2, activation: 'softmax' }).apply(pooled);
  const made = layers.model({ inputs: input, outputs: output as layers.SymbolicTensor });
  randomise(made, 5);

  const { difference, converted } = await largestDifference(made, [9, 9]);
  assert.ok(difference <= 1e-4, `${difference}`);
  const kernels = converted.graph.initializers.filter(({ dims }) => dims.length === 4);
  assert.equal(kernels.length, 1);
});

test('one unit behind a sigmoid becomes two logits, several keep what went in', async () => {
  for (const units of [1, 2]) {
    const made = layers.sequential({
      layers: [
        make.conv2d({ filters: 4, kernelSize: 3, inputShape: [9, 9, 3] }),
        make.globalAveragePooling2d({}),
        make.dense({ units }),
        make.activation({ activation: 'sigmoid' }),
      ],
    });
    randomise(made, 6);
    const { difference, converted } = await largestDifference(made, [9, 9]);
    assert.equal(converted.classes, 2);
    assert.ok(!converted.graph.nodes.some(({ op }) => op === 'Sigmoid'));
    if (units === 1) assert.ok(difference <= 1e-4, `${difference}`);
  }
});

test('scaling at the front is told, not done', async () => {
  const made = layers.sequential({
    layers: [
      make.rescaling({ scale: 1 / 127.5, offset: -1, inputShape: [9, 9, 3] }),
      make.conv2d({ filters: 4, kernelSize: 3 }),
      make.flatten(),
      make.dense({ units: 2, activation: 'softmax' }),
    ],
  });
  randomise(made, 7);
  const { difference, converted } = await largestDifference(made, [9, 9]);
  assert.deepEqual(converted.rescaling, { scale: 1 / 127.5, offset: -1 });
  assert.ok(difference <= 1e-4, `${difference}`);
});
