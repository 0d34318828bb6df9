import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { floatTensor, type Graph, int, ints } from '@maskwatch/onnx/graph';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { Problem } from '@maskwatch/platform/problem';
import { exitStatus, problemText } from '@maskwatch/platform/problem-text';
import { modelsImportCommand } from './models-import.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const portraits = fileURLToPath(new URL('../../../../test/scenes/portraits', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'maskwatch-import-test-'));
const registry = join(folder, 'models');
mkdirSync(registry);
after(() => rmSync(folder, { recursive: true }));

function maskwatch(...args: string[]) {
  return spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    env: { ...process.env, MASKWATCH_MODELS: registry },
  });
}

const imported = (...args: string[]) => {
  const { status, stdout, stderr } = maskwatch('models', 'import', ...args, '--json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
};

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const described = (name: string) =>
  JSON.parse(readFileSync(join(registry, name, 'model.json'), 'utf8'));

/** A one-stage detector with one head of stride 32; its biases say what it finds everywhere. */
function darknet(classes: number) {
  const channels = 5 + classes;
  const cfg = file(
    'net.cfg',
    `[net]\nwidth=64\nheight=64\nchannels=3\n[convolutional]\nfilters=4\nsize=3\nstride=2\npad=1\nactivation=leaky\n${'[maxpool]\nsize=2\nstride=2\n'.repeat(4)}[convolutional]\nfilters=${channels}\nsize=1\nactivation=linear\n[yolo]\nmask=0\nanchors=40,50\nnum=1\nclasses=${classes}\n`,
  );
  const values = new Float32Array(4 + 108 + channels + 4 * channels);
  values.set(Array.from({ length: 112 }, (_, n) => ((n * 7919) % 13) / 26 - 0.25));
  // x, y, w, h, objectness, then the classes: the first is likeliest.
  values.set([0, 0, 0, 0, 4, 3, -3, -3].slice(0, channels), 112);
  const header = Int32Array.of(0, 2, 5, 0, 0);
  const bytes = Buffer.concat([header, values].map((part) => new Uint8Array(part.buffer)));
  return [cfg, file('net.weights', bytes)] as const;
}

test('a darknet detector of mask states is imported and judges by itself', () => {
  const [cfg, weights] = darknet(3);
  const names = file('net.names', 'with_mask\nwithout_mask\nperson\n');

  const result = imported(cfg, weights, '--names', names, '--map', 'person=ignore', '--out', 'own');
  const found = maskwatch('detect', join(portraits, 'mask.png'), '--model', 'own', '--json');

  assert.deepEqual(result.classes, ['mask', 'no_mask', 'ignore']);
  assert.deepEqual(result.judges, { threshold: 0.7, smallestFace: 32 });
  assert.equal(described('own').input.multiple, 32);
  const card = readFileSync(join(registry, 'own', 'CARD.md'), 'utf8');
  assert.match(card, /net\.weights, \d+ bytes, sha256 [0-9a-f]{64}/);
  assert.ok(!card.includes(folder), 'the card tells no path');
  // Where OpenCV is not installed the card says so.
  assert.ok(
    result.selfTest.largestDifference < 1e-5 || /has no OpenCV/.test(result.selfTest.cannot),
  );
  assert.equal(found.status, 0, found.stderr);
  const { faces } = JSON.parse(found.stdout);
  assert.ok(faces.length > 0 && faces.every((face: { label: string }) => face.label === 'mask'));
});

/** Mean colour, each channel a class: the picture's strongest colour is the answer. */
function colours(last?: 'Softmax'): Uint8Array {
  const axes = { axes: ints([2, 3]), keepdims: int(0) };
  const nodes: Graph['nodes'] = [
    { op: 'ReduceMean', name: 'mean', inputs: ['image'], outputs: ['mean'], attributes: axes },
    { op: 'Mul', name: 'scores', inputs: ['mean', 'four'], outputs: ['scores'], attributes: {} },
  ];
  if (last !== undefined) {
    nodes.push({ op: last, name: 'out', inputs: ['scores'], outputs: ['out'], attributes: {} });
  }
  return writeOnnx({
    name: 'colours',
    opset: 13,
    nodes,
    initializers: [floatTensor('four', [1], Float32Array.of(4))],
    inputs: [{ name: 'image', type: 'float', shape: [1, 3, 24, 24] }],
    outputs: [{ name: last === undefined ? 'scores' : 'out', type: 'float', shape: [1, 3] }],
  });
}

test('an ONNX classifier is imported without its softmax, and agrees with the file as it is', () => {
  const path = file('colours.onnx', colours('Softmax'));

  const result = imported(
    ...[path, '--names', 'mask,no_mask,incorrect', '--scale', 'zero-to-one'],
    ...['--out', join(folder, 'elsewhere/colours'), '--crop', 'box', '--side', '1.1'],
  );

  assert.match(result.origin, /without its last softmax/);
  assert.ok(result.selfTest.largestDifference < 1e-6);
  assert.deepEqual(result.crop, { shape: 'box', side: 1.1 });
  assert.ok(existsSync(join(folder, 'elsewhere/colours/model.json')));
});

test('what is missing or no number is told with status 2', () => {
  const { status, stderr } = maskwatch('models', 'import', 'net.onnx', '--size', 'wide');

  assert.equal(status, 2);
  assert.match(stderr, /--size <n>.*must be a number from 16 to 4096/);
});

test('without --scale the labelled pictures decide, and all scalings are told', () => {
  for (const state of ['mask', 'no_mask']) {
    mkdirSync(join(folder, 'pictures', state), { recursive: true });
    cpSync(join(portraits, `${state}.png`), join(folder, 'pictures', state, 'a.png'));
  }
  const path = file('probed.onnx', colours());

  const silent = maskwatch(
    'models',
    'import',
    path,
    '--names',
    'mask,no_mask,incorrect',
    '--out',
    'a',
  );
  const result = imported(
    ...[path, '--names', 'mask,no_mask,incorrect', '--out', 'probed'],
    ...['--pictures', join(folder, 'pictures')],
  );

  assert.equal(silent.status, 2);
  assert.match(
    silent.stderr,
    /--scale \(minus-one-to-one, zero-to-one, raw, imagenet\), or give --pictures/,
  );
  assert.equal(result.probing.length, 4);
  assert.equal(result.selfTest.pictures, '2 pictures of --pictures');
  assert.equal(described('probed').classes.length, 3);
});

const REFUSED: { why: string; args: () => string[]; message: RegExp }[] = [
  {
    why: 'classes that nobody knows, with an example',
    args: () => [...darknet(2), '--names', 'helmet,with_mask'],
    message: /not known: helmet\..*\n.*--map "helmet=no_mask"/,
  },
  {
    why: 'too few names',
    args: () => [...darknet(2), '--names', 'with_mask'],
    message: /the network has 2 classes, and --names has 1 \(with_mask\)/,
  },
  {
    why: 'a cut cfg by layer and line',
    args: () => {
      const [cfg, weights] = darknet(1);
      const text = readFileSync(cfg, 'utf8').replace('size=1\n', 'size=one\n');
      return [file('bad.cfg', text), weights, '--names', 'face'];
    },
    message: /layer 5, line 25: size=one cannot be read/,
  },
  {
    why: 'a file that is none of these',
    args: () => [file('picture.jpg', 'x')],
    message: /It is not known how to import .*picture\.jpg/,
  },
  {
    why: 'a name that is taken',
    args: () => [file('again.onnx', colours()), '--out', 'own'],
    message: /is there already and is not empty/,
  },
  {
    why: 'a network that would fill the memory',
    args: () => [file('huge.onnx', growing()), '--names', 'a,b', '--size', '64'],
    message: /run on one picture, it (does not run|takes more than|ends its process)/,
  },
];

/** A file of a few bytes that asks for 2^40 values. */
function growing(): Uint8Array {
  const scales = floatTensor('scales', [4], Float32Array.of(1, 1, 2 ** 17, 2 ** 17));
  return writeOnnx({
    name: 'growing',
    opset: 13,
    nodes: [
      {
        op: 'Resize',
        name: 'big',
        inputs: ['image', '', 'scales'],
        outputs: ['big'],
        attributes: {},
      },
    ],
    initializers: [scales],
    inputs: [{ name: 'image', type: 'float', shape: [1, 3, 'h', 'w'] }],
    outputs: [{ name: 'big', type: 'float', shape: [] }],
  });
}

for (const { why, args, message } of REFUSED) {
  test(`refuses ${why}, and writes nothing`, async () => {
    process.env.MASKWATCH_MODELS = registry;
    const given = args();
    const out = given.includes('--out') ? [] : ['--out', 'refused'];

    await assert.rejects(
      modelsImportCommand().parseAsync([...given, ...out], { from: 'user' }),
      (thrown) => {
        assert.ok(thrown instanceof Problem);
        assert.equal(exitStatus(thrown), 2);
        assert.match(problemText(thrown), message);
        return true;
      },
    );
    assert.ok(!existsSync(join(registry, 'refused')));
  });
}
