import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Problem } from '@maskwatch/platform/problem';
import { convertLayers } from './convert-layers.ts';
import { parseLayersJson } from './layers-json.ts';
import type { LayersNetwork } from './layers-network.ts';
import { readTfjsModel } from './read-tfjs-folder.ts';
import { random, savedTfjs } from './testing/compare-with-tfjs.ts';
import { mobileNetNested, mobileNetWithHead } from './testing/small-models.ts';

// biome-ignore lint/suspicious/noExplicitAny: JSON that is bent on purpose
type Json = any;

let saved: { json: Uint8Array; weights: Uint8Array };
let nested: { json: Uint8Array; weights: Uint8Array };

before(async () => {
  saved = await savedTfjs(mobileNetWithHead([32, 32]));
  nested = await savedTfjs(mobileNetNested([32, 32]));
});

const encode = (json: Json) => new TextEncoder().encode(JSON.stringify(json));
const decode = ({ json }: { json: Uint8Array }): Json => JSON.parse(new TextDecoder().decode(json));

async function convert(json: Json, weights = saved.weights) {
  return convertLayers(await readTfjsModel(encode(json), () => Promise.resolve(weights)));
}

/** The layer of this name in the model's JSON. */
function layer(json: Json, name: string): Json {
  return json.modelTopology.config.layers.find((one: Json) => one.config.name === name);
}

const refusals: [string, (json: Json) => void, RegExp][] = [
  [
    'an unknown class, by layer and class',
    (json) => {
      layer(json, 'dropout').class_name = 'Conv2DTranspose';
    },
    /layer "dropout" \(Conv2DTranspose\): layers of this class are not read/,
  ],
  [
    'an unknown activation',
    (json) => {
      layer(json, 'dense').config.activation = 'gelu';
    },
    /layer "dense" \(Dense\): the activation "gelu" is not known/,
  ],
  [
    'weights of another shape',
    (json) => {
      layer(json, 'dense').config.units = 11;
    },
    /layer "dense" \(Dense\): the weight "kernel" is \[12, 10\], not \[12, 11\]/,
  ],
  [
    'missing weights',
    (json) => {
      layer(json, 'stem').config.use_bias = true;
    },
    /layer "stem" \(Conv2D\): has no weight "bias"/,
  ],
  [
    'channels first',
    (json) => {
      layer(json, 'stem').config.data_format = 'channelsFirst';
    },
    /layer "stem" \(Conv2D\): data_format channels_first is not read/,
  ],
  [
    'a window larger than its map',
    (json) => {
      Object.assign(layer(json, 'deep2').config, { kernel_size: [30, 3] });
    },
    /layer "deep2" \(DepthwiseConv2D\): its window of 3 x 30 is larger than its input of 17 x 17/,
  ],
  [
    'absurd numbers of filters',
    (json) => {
      layer(json, 'stem').config.filters = 999_999;
    },
    /layer "stem" \(Conv2D\): the weight "kernel"/,
  ],
  [
    'layers in a circle',
    (json) => {
      layer(json, 'stem').inbound_nodes[0][0][0] = 'answer';
    },
    /layer "stem" \(Conv2D\): reads "answer", which no layer before it gives/,
  ],
  [
    'an input of one channel',
    (json) => {
      json.modelTopology.config.layers[0].config.batch_input_shape = [null, 32, 32, 1];
    },
    /has 1 channels, not 3/,
  ],
  [
    'an input of absurd size',
    (json) => {
      json.modelTopology.config.layers[0].config.batch_input_shape = [null, 99_999, 32, 3];
    },
    /its input is 32 x 99999 pixels/,
  ],
  [
    'a subclassed model',
    (json) => {
      json.modelTopology.class_name = 'MyModel';
    },
    /is a "MyModel", not Sequential or Functional; a subclassed model cannot be read/,
  ],
  [
    'another end than softmax, sigmoid or plain scores',
    (json) => {
      layer(json, 'answer').config.activation = 'tanh';
    },
    /ends in Tanh, not in softmax, sigmoid or plain scores/,
  ],
  [
    'two outputs',
    (json) => {
      json.modelTopology.config.output_layers.push(['dense', 0, 0]);
    },
    /has 2 outputs; a classifier has one/,
  ],
  [
    'a GraphModel',
    (json) => {
      json.format = 'graph-model';
    },
    /is a GraphModel/,
  ],
  [
    'a file of weights elsewhere',
    (json) => {
      json.weightsManifest[0].paths = ['../secret'];
    },
    /names the file "..\/secret", which is no plain file name/,
  ],
  [
    'more weights than files',
    (json) => {
      json.weightsManifest[0].weights.push({ name: 'more', shape: [5], dtype: 'float32' });
    },
    /weights.bin: holds \d+ bytes; its weights take \d+/,
  ],
  [
    'more than 200 million weights',
    (json) => {
      const huge = { name: 'more', shape: [20_000, 20_000], dtype: 'float32' };
      json.weightsManifest[0].weights.push(huge);
    },
    /the weight "more": has the shape \[20000,20000\]/,
  ],
  [
    'a weight there twice',
    (json) => {
      json.weightsManifest[0].weights.push(json.weightsManifest[0].weights[0]);
    },
    /the weight "stem\/kernel": is there twice/,
  ],
];

for (const [name, bend, expected] of refusals) {
  test(`refuses ${name}`, async () => {
    const json = decode(saved);
    bend(json);
    await assert.rejects(convert(json), (error) => {
      assert.ok(error instanceof Problem, `${error}`);
      assert.match(error.message, expected);
      return true;
    });
  });
}

test('refuses models nested more than 8 deep, JSON more than 200, and more than 16 MB', async () => {
  const json = decode(nested);
  for (let i = 0; i < 9; i++) {
    const config = { name: `outer${i}`, layers: [json.modelTopology] };
    json.modelTopology = { class_name: 'Sequential', config };
  }
  await assert.rejects(convert(json, nested.weights), /nested more than 8 deep/);
  assert.throws(() => parseLayersJson('['.repeat(100_000), 'it'), /it: is nested more than 200/);
  assert.throws(() => parseLayersJson(new Uint8Array(17e6), 'it'), /it: is larger than 16 MB/);
  assert.throws(() => parseLayersJson('{"a":"[[[["', 'it'), /it: is no JSON/);
});

test('refuses a weight that is no number', async () => {
  const weights = saved.weights.slice();
  weights.set([0, 0, 0xc0, 0x7f], 0);
  const json = decode(saved);
  await assert.rejects(convert(json, weights), /"stem" .*"kernel" holds what is no number/);
});

test('refuses a weight that two layers of one name would share', () => {
  const data = new Float32Array(6);
  const weights: LayersNetwork['weights'] = new Map([['dense/kernel', { shape: [3, 2], data }]]);
  const dense = (name: string, units: number) => ({
    class_name: 'Dense',
    config: { name, units, use_bias: false },
  });
  const inner = (name: string) => ({
    class_name: 'Sequential',
    config: { name, layers: [dense('dense', 2)] },
  });
  const picture = { batch_input_shape: [null, 8, 8, 3], name: 'in' };
  const list = [{ class_name: 'InputLayer', config: picture }, inner('a'), inner('b')];
  const topology = { class_name: 'Sequential', config: { name: 'm', layers: list } };
  assert.throws(() => convertLayers({ topology, weights }), /"b\/dense" .*is another layer's too/);
});

/** The JSON with one value, drawn at random, replaced by something else. */
function bent(json: Json, next: () => number): Json {
  const copy = structuredClone(json);
  const places: [Json, string | number][] = [];
  const walk = (value: Json): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([value, key]);
      walk(value[key]);
    }
  };
  walk(copy);
  const [owner, key] = places[Math.floor(next() * places.length)]!;
  const others = [null, -1, 0, 1e9, 2.5, '', 'same', [], {}, [[]], [1, 2], true, owner];
  const other = others[Math.floor(next() * others.length)];
  if (other === owner) delete owner[key];
  else owner[key] = other;
  return copy;
}

test('models bent at one or two places are read or refused in words', async (t) => {
  const next = random(12);
  let read = 0;
  for (let i = 0; i < 200; i++) {
    const { json, weights } = i % 2 === 0 ? saved : nested;
    const once = bent(decode({ json }), next);
    const twice = i % 4 < 2 ? once : bent(once, next);
    try {
      await convert(twice, weights);
      read += 1;
    } catch (error) {
      assert.ok(error instanceof Problem, `${(error as Error).stack}`);
    }
  }
  t.diagnostic(`${read} of 200 were still whole`);
});

test('weights stored as halves or as whole numbers with a scale are read', async () => {
  const weights = Uint8Array.of(0x00, 0x3c, 0x00, 0xc1, 10, 200);
  const manifest = [
    {
      paths: ['a.bin', 'b.bin'],
      weights: [
        { name: 'a', shape: [2], dtype: 'float32', quantization: { dtype: 'float16' } },
        {
          name: 'b',
          shape: [2],
          dtype: 'float32',
          quantization: { dtype: 'uint8', scale: 0.5, min: -3 },
        },
      ],
    },
  ];
  const json = encode({ modelTopology: {}, weightsManifest: manifest });
  const parts = new Map([
    ['a.bin', weights.subarray(0, 3)],
    ['b.bin', weights.subarray(3)],
  ]);
  const network = await readTfjsModel(json, (name) => Promise.resolve(parts.get(name)!));
  assert.deepEqual([...network.weights.get('a')!.data], [1, -2.5]);
  assert.deepEqual([...network.weights.get('b')!.data], [2, 97]);
});

test('refuses models that are used within models again and again', () => {
  const call = (name: string) => [[name, 0, 0, {}]];
  let inner: Json = { class_name: 'Dropout', config: { name: 'inner' } };
  for (let depth = 0; depth < 6; depth++) {
    const input = {
      class_name: 'InputLayer',
      config: { name: 'in', batch_shape: [null, 8, 8, 3] },
    };
    inner.inbound_nodes = Array.from({ length: 100 }, () => call('in'));
    const config = {
      name: 'inner',
      layers: [input, inner],
      input_layers: ['in', 0, 0],
      output_layers: ['inner', 99, 0],
    };
    inner = { class_name: 'Functional', config };
  }
  const network = { topology: inner, weights: new Map() };
  assert.throws(() => convertLayers(network), /uses layers more than 20000 times/);
});
