import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openClassifier } from './classifier.ts';
import { type NetworkFile, type NewModel, writeModelFolder } from './model-folder.ts';
import { loadClassifier, loadModel, modelsFolder } from './registry.ts';
import { openSession } from './session.ts';
import { nativeBackend } from './tfjs-backend.ts';
import { openTfjsSession } from './tfjs-session.ts';

const size = 8;
const folder = mkdtempSync(join(tmpdir(), 'maskwatch-tfjs-session-'));
after(() => rmSync(folder, { recursive: true }));
const { model: shipped } = await loadClassifier('mask-mobilenetv2', modelsFolder({}));
const native = await nativeBackend();

const base64 = (text: string) => Buffer.from(text).toString('base64');
const dim = (...sides: number[]) => ({ dim: sides.map((side) => ({ size: String(side) })) });
const float = { type: 'DT_FLOAT' };
const constant = (name: string, dtype: string, ...sides: number[]) => ({
  ...{ name, op: 'Const' },
  attr: { dtype: { type: dtype }, value: { tensor: { dtype, tensorShape: dim(...sides) } } },
});

interface Change {
  /** In place of the mean over all pixels. */
  pooled?: object;
  outputs?: string[];
}

/** Mean colours times a matrix, and a softmax: a GraphModel of six nodes in three files. */
function network({ pooled, outputs = ['shares'] }: Change = {}): NetworkFile[] {
  const mean = {
    op: 'Mean',
    input: ['picture', 'axes'],
    attr: { T: float, keep_dims: { b: false } },
  };
  const transposed = { transpose_a: { b: false }, transpose_b: { b: false } };
  const node = [
    {
      name: 'picture',
      op: 'Placeholder',
      attr: { dtype: float, shape: { shape: dim(-1, size, size, 3) } },
    },
    constant('axes', 'DT_INT32', 2),
    constant('matrix', 'DT_FLOAT', 3, 2),
    { name: 'pooled', ...(pooled ?? mean) },
    {
      name: 'scores',
      op: 'MatMul',
      input: ['pooled', 'matrix'],
      attr: { T: float, ...transposed },
    },
    { name: 'shares', op: 'Softmax', input: ['scores'], attr: { T: float } },
  ];
  const json = {
    format: 'graph-model',
    signature: {
      outputs: Object.fromEntries(
        outputs.map((name) => [name, { name: `${name}:0`, dtype: 'DT_FLOAT' }]),
      ),
    },
    modelTopology: { node, versions: { producer: 716 } },
    weightsManifest: [
      { paths: ['axes.bin'], weights: [{ name: 'axes', shape: [2], dtype: 'int32' }] },
      { paths: ['matrix.bin'], weights: [{ name: 'matrix', shape: [3, 2], dtype: 'float32' }] },
    ],
  };
  const bytes = (values: Int32Array | Float32Array) => new Uint8Array(values.buffer);
  return [
    { name: 'network.json', bytes: Buffer.from(JSON.stringify(json)) },
    { name: 'axes.bin', bytes: bytes(Int32Array.of(1, 2)) },
    { name: 'matrix.bin', bytes: bytes(Float32Array.of(4, 0, 0, 4, 0, 0)) },
  ];
}

/** Red is a mask, green is none. */
function description(name: string): NewModel {
  const { file: _, sha256: __, golden: ___, ...rest } = shipped;
  return {
    ...{ ...rest, name, runtime: 'tfjs', classes: ['mask', 'no_mask'] },
    ...{ input: { ...rest.input, size }, scale: 1 / 255, offset: 0 },
    calibration: { temperature: 1, threshold: 0.7 },
  };
}

async function written(name: string, change?: Change) {
  const place = join(folder, name);
  await writeModelFolder({ folder: place, model: description(name), files: network(change) });
  return place;
}

const whole = await written('whole');
const copy = (name: string) => {
  const place = join(folder, name);
  cpSync(whole, place, { recursive: true });
  return place;
};

/** One red picture, one green. */
const crops = Uint8Array.from({ length: 2 * 3 * size * size }, (_, n) => {
  const plane = Math.floor(n / (size * size));
  return plane === 0 || plane === 4 ? 255 : 0;
});

test('a graph answers as any classifier does, and says where it computes', async () => {
  const told: string[] = [];
  const classifier = await openClassifier(await loadClassifier(whole), {
    ...{ provider: 'cuda', onFallback: (sentence) => told.push(sentence) },
  });
  const answers = await classifier.run({ crops, count: 2, colour: 'rgb' });
  await classifier.release();

  // The softmax of 4 and 0.
  const [red, green] = answers;
  assert.ok(Math.abs(red!.mask! - 0.98201) < 1e-4 && Math.abs(green!.no_mask! - 0.98201) < 1e-4);
  assert.equal(classifier.provider, 'tfjs');
  const expected =
    /whole computes with \S+ of TensorFlow\.js: .* cuda needs @tensorflow\/tfjs-node-gpu$/;
  if (native !== 'tfjs-node-gpu') assert.match(told.join(), expected);
  assert.equal(classifier.fallback, told[0]);
});

test('a file of weights that is missing or changed is told by its name', async () => {
  const gone = copy('gone');
  rmSync(join(gone, 'matrix.bin'));
  const changed = copy('changed');
  writeFileSync(join(changed, 'matrix.bin'), Buffer.alloc(24));
  const cut = copy('cut');
  writeFileSync(
    join(cut, 'network.json'),
    '{"weightsManifest": [{"paths": ["../whole/axes.bin"], "weights": []}]}',
  );

  await assert.rejects(loadModel(gone), {
    code: 'model-altered',
    message: /network\.json cannot be read: ENOENT.*matrix\.bin/,
  });
  await assert.rejects(loadModel(changed), {
    code: 'model-altered',
    message: /network\.json with its weights is not the file .* \d+ bytes and sha256/,
  });
  await assert.rejects(loadModel(cut), {
    code: 'model-altered',
    message: /weightsManifest\.0\.paths\.0/,
  });
});

test('an operator that nobody knows is told by its name', async () => {
  const pooled = { op: 'MeanOfMeans', input: ['picture', 'axes'], attr: { T: float } };
  await assert.rejects(written('unknown', { pooled }), {
    code: 'model-open',
    message:
      /unknown cannot be opened: TensorFlow\.js cannot compute with \S.*cpu: Unknown op 'MeanOfMeans'/,
  });
});

test('an operator that the fast backend lacks moves the network to the slow one, and that is told', async () => {
  const equation = { s: base64('bhwc->bc') };
  const pooled = { op: 'Einsum', input: ['picture'], attr: { T: float, N: { i: '1' }, equation } };
  const loaded = await loadClassifier(await written('einsum', { pooled }));
  const session = await openTfjsSession(loaded, {}, ['wasm', 'cpu']);
  await session.release();

  assert.match(
    session.fallback ?? '',
    /einsum computes with cpu of .* with wasm: Kernel 'Einsum' not/,
  );
});

test('a network of several outputs is no classifier', async () => {
  await assert.rejects(written('several', { outputs: ['scores', 'shares'] }), {
    code: 'tfjs-classifier',
    message: /has 2 outputs, which no classifier does/,
  });
});

test('a detector does not run with TensorFlow.js, and the field is named', async () => {
  const place = join(folder, 'detector');
  cpSync(join(modelsFolder({}), 'face-yolov4-mobilenetv2'), place, { recursive: true });
  const json = JSON.parse(readFileSync(join(place, 'model.json'), 'utf8'));
  writeFileSync(join(place, 'model.json'), JSON.stringify({ ...json, runtime: 'tfjs' }));

  await assert.rejects(loadModel(place), {
    code: 'model-invalid',
    errors: [{ path: 'runtime', message: 'Only a classifier runs with TensorFlow.js.' }],
  });
});

test('one that computes something else, or takes another size, is not opened', async () => {
  const loaded = await loadClassifier(whole);
  const { golden, input } = loaded.model;
  const [output] = golden.outputs;
  const samples = output!.samples.map((value) => value + output!.range);
  const other = { ...golden, outputs: [{ ...output!, samples }] };

  await assert.rejects(openSession({ ...loaded, model: { ...loaded.model, golden: other } }), {
    code: 'model-golden',
  });
  await assert.rejects(
    openSession({ ...loaded, model: { ...loaded.model, input: { ...input, size: 16 } } }),
    { code: 'model-open', message: /takes pictures of 8x8, not 16x16/ },
  );
});

test('a batch is one run of rows, and what is no batch is refused', async () => {
  const session = await openSession(await loadClassifier(whole));
  const batch = { planes: crops, count: 2, width: size, height: size, colour: 'rgb' } as const;
  const { logits } = await session.run(batch);

  assert.deepEqual(logits!.shape, [2, 2]);
  await assert.rejects(session.run({ ...batch, count: 3 }), { code: 'inference-input' });
  await session.release();
});

test('where TensorFlow.js is not installed it is said so', () => {
  // Node's own resolution, as if the packages were absent.
  const source = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(specifier, context, next) {
        if (!specifier.startsWith('@tensorflow/')) return next(specifier, context);
        throw Object.assign(new Error('Cannot find package ' + specifier), { code: 'ERR_MODULE_NOT_FOUND' });
      },
    });
    const { loadClassifier } = await import(${JSON.stringify(new URL('./registry.ts', import.meta.url).href)});
    const { openSession } = await import(${JSON.stringify(new URL('./session.ts', import.meta.url).href)});
    const opened = openSession(await loadClassifier(${JSON.stringify(whole)}));
    await opened.catch(({ code, message }) => console.log(code, message));
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    encoding: 'utf8',
  });

  assert.equal(
    stdout,
    'tfjs-absent whole runs with TensorFlow.js, which is not installed.\n',
    stderr,
  );
});
