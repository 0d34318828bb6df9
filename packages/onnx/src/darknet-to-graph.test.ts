import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { convertDarknet } from './darknet-to-graph.ts';
import { writeOnnx } from './onnx-writer.ts';

/** A cfg whose last layer is a head of one anchor and one class: six channels come in and go out. */
function cfg(...layers: string[]): string {
  const head = '[yolo]\nmask=0\nanchors=4,6\nclasses=1\nscale_x_y=1.1';
  return ['[net]\nchannels=6', ...layers, head].join('\n');
}

function weightsOf(values: number[]): Uint8Array {
  const header = Int32Array.of(0, 2, 0, 0, 0);
  return Buffer.concat([header, Float32Array.from(values)].map((a) => Buffer.from(a.buffer)));
}

/** Runs the network on six equal planes and gives the first plane of its only head. */
async function firstPlane(text: string, plane: number[][], values: number[] = []) {
  const { graph } = convertDarknet(text, weightsOf(values));
  const session = await InferenceSession.create(writeOnnx(graph), { intraOpNumThreads: 1 });
  const dims = [1, 6, plane.length, plane[0]!.length];
  const data = Float32Array.from(Array.from({ length: 6 }, () => plane).flat(2));
  const results = await session.run({ picture: new Tensor('float32', data, dims) });
  await session.release();
  const output = results[graph.outputs[0]!.name]!;
  const [, , height = 0, width = 0] = output.dims;
  const rows = Array.from({ length: height }, (_, y) => y * width);
  const map = output.data as Float32Array;
  return rows.map((start) => [...map.subarray(start, start + width)]);
}

test('heads tell their stride, their anchors and the scale of x and y', () => {
  const { heads, graph } = convertDarknet(cfg('[maxpool]\nsize=2\nstride=2'), weightsOf([]));

  assert.deepEqual(heads, [
    { output: 'head2', stride: 2, anchors: [[4, 6]], classes: 1, scaleXY: 1.1 },
  ]);
  assert.deepEqual(graph.outputs[0]?.shape, ['n', 6, 'height/2', 'width/2']);
});

test('a pool of size 2 and stride 1 keeps the size and looks right and down', async () => {
  const plane = await firstPlane(cfg('[maxpool]\nsize=2\nstride=1'), [
    [5, 1],
    [2, 3],
  ]);

  assert.deepEqual(plane, [
    [5, 3],
    [3, 3],
  ]);
});

test('a pool of stride 2 rounds odd sides up', async () => {
  const plane = await firstPlane(cfg('[maxpool]\nsize=2\nstride=2'), [[-1, -2, -3]]);

  assert.deepEqual(plane, [[-1, -3]]);
});

test('a pool of size 3 and stride 1 looks to all sides', async () => {
  const plane = await firstPlane(cfg('[maxpool]\nsize=3\nstride=1'), [[0, 0, 0, 9]]);

  assert.deepEqual(plane, [[0, 0, 9, 9]]);
});

test('upsampling repeats each value', async () => {
  const plane = await firstPlane(cfg('[upsample]\nstride=2'), [[1, 2]]);

  assert.deepEqual(plane, [
    [1, 1, 2, 2],
    [1, 1, 2, 2],
  ]);
});

test('a route of parts takes the same part of each layer', async () => {
  const three = '[convolutional]\nfilters=6\nactivation=linear';
  const bias = [1, 2, 3, 4, 5, 6];
  const text = cfg(three, '[route]\nlayers=-1,-1\ngroups=2\ngroup_id=1');

  const plane = await firstPlane(text, [[0]], [...bias, ...Array(36).fill(0)]);

  assert.deepEqual(plane, [[4]]);
});

test('grouped convolutions read only their own channels', async () => {
  const text = cfg('[convolutional]\nfilters=6\ngroups=6\nactivation=linear');

  const plane = await firstPlane(text, [[3]], [0.5, 0, 0, 0, 0, 0, 2, 7, 7, 7, 7, 7]);

  assert.deepEqual(plane, [[6.5]]);
});

test('a convolution with stride and padding keeps the place of each pixel', async () => {
  const text = cfg(
    '[convolutional]\nfilters=6\ngroups=6\nsize=3\nstride=2\npad=1\nactivation=linear',
  );
  const middleOnly = [0, 0, 0, 0, 1, 0, 0, 0, 0];
  const values = [...Array(6).fill(0), ...Array(6).fill(middleOnly).flat()];

  const plane = await firstPlane(
    text,
    [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ],
    values,
  );

  assert.deepEqual(plane, [
    [1, 3],
    [7, 9],
  ]);
});

test('a shortcut adds and then activates', async () => {
  const pool = '[maxpool]\nsize=1\nstride=1';
  const text = cfg(pool, pool, '[shortcut]\nfrom=-2\nactivation=leaky');

  const [row] = await firstPlane(text, [[-2, 3]]);

  assert.ok(Math.abs(row![0]! + 0.4) < 1e-6);
  assert.equal(row![1], 6);
});

const ACTIVATIONS: [string, (x: number) => number][] = [
  ['linear', (x) => x],
  ['relu', (x) => Math.max(0, x)],
  ['leaky', (x) => (x > 0 ? x : 0.1 * x)],
  ['logistic', (x) => 1 / (1 + Math.exp(-x))],
  ['swish', (x) => x / (1 + Math.exp(-x))],
  ['mish', (x) => x * Math.tanh(Math.log1p(Math.exp(x)))],
];
for (const [activation, formula] of ACTIVATIONS) {
  test(`the activation ${activation} is its formula`, async () => {
    const text = cfg(`[convolutional]\nfilters=6\ngroups=6\nactivation=${activation}`);
    const values = [...Array(6).fill(0), ...Array(6).fill(1)];

    const [row] = await firstPlane(text, [[-4, -0.5, 0, 0.5, 4]], values);

    for (const [i, x] of [-4, -0.5, 0, 0.5, 4].entries()) {
      assert.ok(Math.abs(row![i]! - formula(x)) < 1e-5, `at ${x}: ${row![i]}`);
    }
  });
}

const CONV = '[convolutional]\nfilters=6\nactivation=linear';
const REFUSED: { why: string; layers: string[]; message: RegExp }[] = [
  {
    why: 'an unknown kind of layer',
    layers: [CONV, '[lstm]\noutput=3'],
    message: /layer 1, line 6: a layer of the kind \[lstm\] is not known/,
  },
  {
    why: 'a kind that only every object knows',
    layers: ['[toString]'],
    message: /layer 0, line 3: a layer of the kind \[toString\] is not known/,
  },
  {
    why: 'an unknown option that could change the result',
    layers: ['[convolutional]\nfilters=6\ndilation=2\nactivation=linear'],
    message: /layer 0, line 5: \[convolutional\] with dilation is not known/,
  },
  {
    why: 'an unknown activation',
    layers: ['[convolutional]\nfilters=6\nactivation=selu'],
    message: /layer 0, line 5: the activation selu is not known \(linear, relu, leaky, relu6/,
  },
  {
    why: 'an activation that is left to the default of a reader',
    layers: ['[convolutional]\nfilters=6'],
    message: /layer 0, line 3: \[convolutional\] needs activation/,
  },
  {
    why: 'a route to a layer that does not exist',
    layers: [CONV, '[route]\nlayers=-3'],
    message: /layer 1, line 7: the layer -3 that it reads is not there/,
  },
  {
    why: 'a part of a route that does not exist',
    layers: [CONV, '[route]\nlayers=-1\ngroups=2\ngroup_id=2'],
    message: /layer 1, line 8: there is no part 2 of 2/,
  },
  {
    why: 'layers of different sizes side by side',
    layers: [CONV, '[maxpool]\nsize=2\nstride=2', '[route]\nlayers=-1,-2'],
    message: /layer 2, line 10: the layers have different strides \(2, 1\)/,
  },
  {
    why: 'a shortcut between different numbers of channels',
    layers: [CONV, '[convolutional]\nfilters=3\nactivation=linear', '[shortcut]\nfrom=-2'],
    message: /layer 2, line 10: 6 and 3 channels cannot be added/,
  },
  {
    why: 'groups that do not divide the channels',
    layers: ['[convolutional]\nfilters=6\ngroups=4\nactivation=linear'],
    message: /layer 0, line 5: 6 channels and 6 filters are no multiples of groups/,
  },
  {
    why: 'a head with too few channels',
    layers: ['[convolutional]\nfilters=5\nactivation=linear'],
    message: /layer 1, line 6: 1 anchors of 1 classes need 6 channels, but 5 come/,
  },
  {
    why: 'a layer behind a head',
    layers: ['[yolo]\nmask=0\nanchors=4,6\nclasses=1', CONV],
    message: /layer 1, line 7: the layer -1 that it reads is a \[yolo\] layer/,
  },
  {
    why: 'a mask without its anchor',
    layers: ['[yolo]\nmask=1\nanchors=4,6\nclasses=1'],
    message: /layer 0, line 4: there is no anchor 1/,
  },
];
for (const { why, layers, message } of REFUSED) {
  test(`refuses ${why} by layer and line`, () => {
    assert.throws(() => convertDarknet(cfg(...layers), weightsOf(Array(200).fill(0))), message);
  });
}

test('refuses weights of another network by how many numbers', () => {
  assert.throws(
    () => convertDarknet(cfg(CONV), weightsOf(Array(40).fill(0))),
    /2 numbers too short/,
  );
  assert.throws(
    () => convertDarknet(cfg(CONV), weightsOf(Array(43).fill(0))),
    /1 numbers too long/,
  );
});

test('a layer that would fill all memory is refused, or told as weights that are too short', () => {
  const huge = (filters: number) => `[convolutional]\nfilters=${filters}\nactivation=linear`;

  assert.throws(
    () => convertDarknet(cfg(huge(2_000_000_000)), weightsOf([1])),
    /layer 0, line 4: filters=2000000000 must be at most 65536/,
  );
  assert.throws(
    () => convertDarknet(cfg(huge(65_536), huge(6)), weightsOf([1])),
    /numbers too short/,
  );
});

test('channels that grow with every route are refused before they overflow', () => {
  const routes = Array(40).fill('[route]\nlayers=-1,-1');

  assert.throws(
    () => convertDarknet(cfg(CONV, ...routes), weightsOf(Array(42).fill(0))),
    /layer 16, line 36: 393216 channels at 1 pixels a cell are too many/,
  );
});

test('a dropout changes nothing, and a layer behind it reads what came before', async () => {
  assert.deepEqual(await firstPlane(cfg('[dropout]\nprobability=.5'), [[7]]), [[7]]);
});

test('squeeze and excitation: channels are scaled by values of the whole picture', async () => {
  const text = cfg('[maxpool]\nsize=1\nstride=1', '[avgpool]', '[scale_channels]\nfrom=-2');

  assert.deepEqual(await firstPlane(text, [[1, 3]]), [[2, 6]]);
});

test('attention: each value is scaled by the one at its place', async () => {
  const text = cfg('[maxpool]\nsize=1\nstride=1', '[sam]\nfrom=-1');

  assert.deepEqual(await firstPlane(text, [[2, 3]]), [[4, 9]]);
});

test('refuses weights that are no numbers, also once batch norm is folded in, by layer', () => {
  const folded = '[convolutional]\nbatch_normalize=1\nfilters=6\nactivation=linear';
  const negative = [...Array(18).fill(0), ...Array(6).fill(-1), ...Array(36).fill(0)];

  assert.throws(
    () => convertDarknet(cfg(CONV), weightsOf([Number.NaN, ...Array(41).fill(0)])),
    /The weights do not fit the cfg: layer 0, line 3 gets values that are no numbers/,
  );
  assert.throws(
    () => convertDarknet(cfg(folded), weightsOf(negative.map((v, n) => (n < 12 ? 1 : v)))),
    /layer 0, line 3 gets values/,
  );
});

test('refuses a network without a head', () => {
  const text = '[net]\nchannels=6\n[maxpool]\nsize=2\nstride=2';

  assert.throws(() => convertDarknet(text, weightsOf([])), /there is no \[yolo\] layer/);
});
