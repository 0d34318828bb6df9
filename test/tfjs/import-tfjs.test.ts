import assert from 'node:assert/strict';
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
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Problem } from '@maskwatch/platform/problem';
import { exitStatus, problemText } from '@maskwatch/platform/problem-text';
import { loadClassifier } from '@maskwatch/runtime/registry';
import { openBackend } from '@maskwatch/runtime/tfjs-backend';
import { classifierNetwork } from '@maskwatch/training/head/classifier-network';
import { mobilenetv2 } from '@maskwatch/training/head/mobilenetv2';
import { saveLayersModel } from '@maskwatch/training/head/save-layers-model';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { modelsImportCommand } from 'maskwatch/commands/models-import';
import { importModel } from 'maskwatch/import/import-model';
import type { ImportOptions } from 'maskwatch/import/import-options';
import { saveAsGraph } from './layers-as-graph.ts';

const portraits = fileURLToPath(new URL('../scenes/portraits', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'maskwatch-import-tfjs-'));
after(() => rmSync(folder, { recursive: true }));
const place = (name: string) => join(folder, name);

const options: ImportOptions = {
  ...{ names: ['mask', 'no_mask'], map: {}, scaling: 'zero-to-one', colourOrder: 'rgb' },
  ...{ crop: { shape: 'square', side: 1.4 }, licence: 'made up', runtime: 'tfjs' },
};

before(async () => {
  await openBackend(async () => undefined, ['wasm']);
  const base = mobilenetv2({ size: 32, width: 0.35, stages: 1 });
  const head = { dense: [4], activation: 'relu', dropout: 0.2, classes: 2, seed: 1 } as const;
  saveAsGraph(place('graph'), classifierNetwork(base, head).probabilities);
});

/** The graph under another name, with its JSON changed as text. */
function changed(name: string, change: (json: string) => string): string {
  const to = place(name);
  cpSync(place('graph'), to, { recursive: true });
  const json = join(to, 'model.json');
  writeFileSync(json, change(readFileSync(json, 'utf8')));
  return to;
}

test('of a graph the pictures of a folder per class find the scaling', async () => {
  for (const state of ['mask', 'no_mask']) {
    mkdirSync(place(`pictures/${state}`), { recursive: true });
    cpSync(join(portraits, `${state}.png`), place(`pictures/${state}/a.png`));
  }
  const { scaling: _, ...unscaled } = options;

  const { imported, test: result } = await importModel([place('graph')], place('models/probed'), {
    ...unscaled,
    pictures: place('pictures'),
  });

  assert.equal(imported.probing?.length, 4);
  assert.match(result.cannot ?? '', /a GraphModel is read by TensorFlow\.js alone/);
  const card = readFileSync(place('models/probed/CARD.md'), 'utf8');
  assert.match(card, /Imported from a GraphModel of TensorFlow\.js, 2 classes/);
  assert.match(card, /group1-shard2of2\.bin, \d+ bytes, sha256/);
});

test('layers that are not converted run here, and the card says what was not compared', async () => {
  const network = sequential({
    layers: [
      layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [24, 24, 3] }),
      layers.layerNormalization({}),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
  await saveLayersModel(place('normal'), network);

  const converted = importModel([place('normal')], place('models/converted'), {
    ...options,
    runtime: 'onnx',
  });
  await assert.rejects(converted, { code: 'layers-model', message: /LayerNormalization/ });
  const { test: result } = await importModel([place('normal')], place('models/normal'), options);

  assert.match(result.cannot ?? '', /as ONNX it is not known: layer .*LayerNormalization/);
  const { model } = await loadClassifier(place('models/normal'));
  assert.equal(model.runtime, 'tfjs');
  assert.equal(model.input.size, 24);
});

const refused: { why: string; args: () => string[]; message: RegExp }[] = [
  {
    why: 'a graph that is to become ONNX, with the way out',
    args: () => [place('graph'), '--runtime', 'onnx'],
    message: /is a GraphModel, in which the layers are gone; "--runtime tfjs" runs it/,
  },
  {
    why: 'a file that is no folder of TensorFlow.js',
    args: () => {
      writeFileSync(place('net.onnx'), 'x');
      return [place('net.onnx')];
    },
    message: /TensorFlow\.js does not run .*net\.onnx\.\n.*leave it out/,
  },
  {
    why: 'a file of weights that is missing',
    args: () => {
      const gone = changed('gone', (json) => json);
      rmSync(join(gone, 'group1-shard2of2.bin'));
      return [gone];
    },
    message: /group1-shard2of2\.bin cannot be read: there is no such file/,
  },
  {
    why: 'weights that lie elsewhere',
    args: () => [changed('away', (json) => json.replace('group1-shard1of2', '../graph/group1'))],
    message: /model\.json is no model\.json of TensorFlow\.js: weightsManifest\.0\.paths\.0/,
  },
  {
    why: 'weights whose name a file of the model folder has',
    args: () => [changed('taken', (json) => json.replace('group1-shard1of2.bin', 'model.json'))],
    message: /names model\.json for weights/,
  },
  {
    why: 'weights that are cut',
    args: () => {
      const cut = changed('cut', (json) => json);
      const shard = join(cut, 'group1-shard2of2.bin');
      writeFileSync(shard, readFileSync(shard).subarray(4));
      return [cut];
    },
    message: /files of weights hold \d+ bytes, and the weights take \d+\.\n.*Restore the folder/,
  },
  {
    why: 'an operator that TensorFlow.js does not know, by its name',
    args: () => [changed('unknown', (json) => json.replace('"Mean"', '"MeanOfMeans"'))],
    message: /Unknown op 'MeanOfMeans'/,
  },
  {
    why: 'a network of two outputs',
    args: () => [
      changed('two', (json) => {
        const parsed = JSON.parse(json);
        parsed.signature.outputs.more = { name: 'logits:0', dtype: 'DT_FLOAT' };
        return JSON.stringify(parsed);
      }),
    ],
    message: /has 2 outputs, which no classifier does\.\n.*A detector is imported from/,
  },
  {
    why: 'an input of another size than was asked for',
    args: () => [place('graph'), '--size', '64'],
    message: /takes 32 pixels, not --size 64/,
  },
  {
    why: 'too many names',
    args: () => [place('graph'), '--names', 'mask,no_mask,incorrect'],
    message: /the network has 2 classes, and --names has 3/,
  },
  {
    why: 'probabilities whose softmax is not seen',
    args: () => [
      // An identity of another name between the softmax and the output.
      changed('unseen', (json) => json.replace('"op":"Identity"', '"op":"Relu"')),
    ],
    message: /puts out probabilities, and no softmax at its end is known/,
  },
];

for (const { why, args, message } of refused) {
  test(`refuses ${why}, and writes nothing`, async () => {
    const given = args();
    const defaults = ['--runtime', 'tfjs', '--names', 'mask,no_mask', '--scale', 'raw'];
    const added = defaults.filter((_, n) => !given.includes(defaults[n - (n % 2)]!));

    await assert.rejects(
      modelsImportCommand().parseAsync([...given, ...added, '--out', place('models/refused')], {
        from: 'user',
      }),
      (thrown) => {
        assert.ok(thrown instanceof Problem, String(thrown));
        assert.equal(exitStatus(thrown), 2);
        assert.match(problemText(thrown), message);
        return true;
      },
    );
    assert.ok(!existsSync(place('models/refused')));
  });
}
