import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Problem } from '@maskwatch/platform/problem';
import { unzipSync, zipSync } from 'fflate';
import { File, FS, ready } from 'h5wasm';
import { convertLayers } from './convert-layers.ts';
import { readH5 } from './read-h5.ts';
import { readKerasH5 } from './read-keras-h5.ts';
import { readKerasZip } from './read-keras-zip.ts';
import { random, runConverted, softmax } from './testing/compare-with-tfjs.ts';

const folder = join(import.meta.dirname, 'testing');
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const read = (name: string, bytes: Uint8Array) =>
  name.endsWith('.h5') ? readKerasH5(bytes) : readKerasZip(bytes);

for (const file of ['plain.h5', 'plain.keras', 'nested.h5', 'nested.keras']) {
  test(`${file} gives the probabilities that Keras gave`, async () => {
    const told = JSON.parse(readFileSync(join(folder, `${file.split('.')[0]}.json`), 'utf8')) as {
      shape: [number, number, number, number];
      pictures: number[];
      probabilities: number[][];
    };
    const converted = convertLayers(await read(file, bytesOf(file)));

    const { scale, offset } = converted.rescaling as { scale: number; offset: number };
    assert.ok(Math.abs(scale - 1 / 127.5) < 1e-9);
    assert.equal(offset, -1);
    const [n, height, width] = told.shape;
    const pictures = Float32Array.from(told.pictures, (value) => value * scale + offset);
    const logits = await runConverted(converted, pictures, [n, height, width]);
    for (const [i, row] of logits.entries()) {
      const expected = told.probabilities[i]!;
      const ours = expected.length === 1 ? softmax(row).slice(1) : softmax(row);
      for (const [j, value] of ours.entries()) {
        assert.ok(Math.abs(value - expected[j]!) <= 1e-5, `${value} is not ${expected[j]}`);
      }
    }
  });
}

function unzipped(): { 'config.json': Uint8Array; 'model.weights.h5': Uint8Array } {
  const files = unzipSync(bytesOf('plain.keras'));
  return {
    'config.json': files['config.json']!,
    'model.weights.h5': files['model.weights.h5']!,
  };
}

/** What a read ends with: a Problem, or what else. */
async function outcome(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
    return 'read';
  } catch (error) {
    return error instanceof Problem ? error.message : `not a Problem: ${error}`;
  }
}

for (const file of ['plain.h5', 'nested.keras']) {
  test(`${file} cut short or with bits flipped is read or refused in words`, async (t) => {
    const bytes = bytesOf(file);
    const next = random(11);
    const hostile = Array.from({ length: 6 }, (_, i) => {
      if (i < 2) return bytes.slice(0, Math.floor(next() * bytes.length));
      const copy = bytes.slice();
      for (let flips = 0; flips < i; flips++) {
        copy[Math.floor(next() * copy.length)]! ^= 1 << Math.floor(next() * 8);
      }
      return copy;
    });
    const ends: string[] = [];
    for (const copy of hostile) {
      ends.push(await outcome(read(file, copy).then((network) => convertLayers(network))));
    }
    t.diagnostic(`${ends.filter((end) => end === 'read').length} of ${ends.length} were readable`);
    assert.deepEqual(
      ends.filter((end) => end.startsWith('not a Problem')),
      [],
    );
  });
}

test('a file that takes too long is given up', async () => {
  const end = await outcome(readH5(bytesOf('plain.h5'), { timeLimitMs: 1 }));
  assert.match(end, /was not read within 0.001 s/);
});

test('an .h5 file of weights alone is refused with what to save instead', async () => {
  const { 'model.weights.h5': weights } = unzipped();
  assert.match(await outcome(readKerasH5(weights)), /save the whole model/);
});

test('a .keras file that would unpack to far more than it is, is refused before', async () => {
  const bomb = zipSync({ 'config.json': new Uint8Array(17_000_000) }, { level: 1 });
  assert.match(await outcome(readKerasZip(bomb)), /says that it has 17000000 bytes/);
});

test('a .keras file without one of its parts is refused by the name of the part', async () => {
  const { 'config.json': config } = unzipped();
  assert.match(
    await outcome(readKerasZip(zipSync({ 'config.json': config }))),
    /has no model.weights.h5/,
  );
  assert.match(await outcome(readKerasZip(new Uint8Array(100))), /is no zip file/);
});

/** A file with one dataset of zeros, packed to a hundredth of what it unpacks to. */
async function packedFile(): Promise<Uint8Array> {
  await ready;
  const file = new File('packed.h5', 'w');
  file.create_attribute('model_config', '{}');
  const data = new Float32Array(250_000);
  const group = file.create_group('model_weights');
  group.create_dataset({ name: 'zeros', data, chunks: [data.length], compression: 'gzip' });
  file.close();
  return FS!.readFile('packed.h5');
}

test('an .h5 file that would unpack to more than it is, is refused by the name of the part', async () => {
  const end = await outcome(readKerasH5(await packedFile()));
  assert.match(end, /"model_weights\/zeros" in the file: is \[250000\], more than the file holds/);
});

test('arithmetic written with operators is understood as Keras 2 writes it', async () => {
  const network = await readKerasH5(bytesOf('nested.h5'));
  const { config } = network.topology as { config: { layers: Record<string, unknown>[] } };
  const older = { TrueDivide: ['math.truediv', 127.5], Subtract: ['math.subtract', 1] } as const;
  let before = 'none';
  for (const layer of config.layers) {
    const rule = older[layer.class_name as keyof typeof older];
    if (rule !== undefined) {
      layer.class_name = 'TFOpLambda';
      layer.config = { name: layer.name, function: rule[0] };
      layer.inbound_nodes = [[before, 0, 0, { y: rule[1], name: null }]];
    }
    before = layer.name as string;
  }
  assert.equal(config.layers.filter((layer) => layer.class_name === 'TFOpLambda').length, 2);
  assert.deepEqual(convertLayers(network).rescaling, { scale: 1 / 127.5, offset: -1 });
});
