import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Probabilities } from '@maskwatch/contracts/mask-state';
import type { ClassifierModel } from '@maskwatch/contracts/model';
import {
  mobileNetApplied,
  mobileNetNested,
  mobileNetWithHead,
} from '@maskwatch/onnx/layers/testing/small-models';
import { openClassifier } from '@maskwatch/runtime/classifier';
import { type LoadedModel, loadClassifier, modelsFolder } from '@maskwatch/runtime/registry';
import { openBackend } from '@maskwatch/runtime/tfjs-backend';
import { readPicture } from '@maskwatch/training/dataset/decode-picture';
import { saveLayersModel } from '@maskwatch/training/head/save-layers-model';
import { fillCrop } from '@maskwatch/vision/crops';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import { rgbPicture } from '@maskwatch/vision/picture';
import { importModel } from 'maskwatch/import/import-model';
import type { ImportOptions } from 'maskwatch/import/import-options';
import { saveAsGraph } from './layers-as-graph.ts';
import { shippedAsLayers } from './shipped-as-layers.ts';

const main = fileURLToPath(new URL('../../services/maskwatch/src/main.ts', import.meta.url));
const portraits = fileURLToPath(new URL('../scenes/portraits', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'maskwatch-tfjs-'));
after(() => rmSync(folder, { recursive: true }));
const saved = (name: string) => join(folder, 'saved', name);
const made = (name: string) => join(folder, 'models', name);
const shipped = await loadClassifier('mask-mobilenetv2', modelsFolder({}));

const options: ImportOptions = {
  names: ['mask', 'no_mask', 'incorrect'],
  map: {},
  scaling: 'minus-one-to-one',
  colourOrder: 'rgb',
  crop: shipped.model.crop,
  licence: 'as the original',
};

before(async () => {
  await openBackend(async () => undefined, ['wasm']);
  const network = await shippedAsLayers(shipped);
  await saveLayersModel(saved('layers'), network);
  saveAsGraph(saved('graph'), network);
});

/** Faces of the portraits, and a picture of no face, as the classifier gets them. */
async function crops(size: number): Promise<Uint8Array[]> {
  const faces: Uint8Array[] = [];
  for (const state of ['mask', 'no_mask', 'incorrect']) {
    const { data, width, height } = await readPicture(join(portraits, `${state}.png`));
    const target = new Uint8Array(3 * size * size);
    const box = [0, 0, width, height] as const;
    fillCrop(rgbPicture(data, width, height), [...box], { shape: 'square', side: 1, size, target });
    faces.push(target);
  }
  return [...faces, goldenPattern(size, size)];
}

/** With the calibration of the shipped one, so that only the networks are compared. */
async function said(loaded: LoadedModel<ClassifierModel>): Promise<Probabilities[]> {
  const { calibration } = shipped.model;
  const classifier = await openClassifier({ ...loaded, model: { ...loaded.model, calibration } });
  const { size } = loaded.model.input;
  const all = await crops(size);
  const input = Buffer.concat(all);
  const answers: Probabilities[] = [];
  for (const colour of ['rgb', 'bt601'] as const) {
    answers.push(...(await classifier.run({ crops: input, count: all.length, colour })));
  }
  await classifier.release();
  return answers;
}

function furthest(ours: Probabilities[], theirs: Probabilities[]): number {
  assert.equal(ours.length, theirs.length);
  const differences = theirs.flatMap((row, n) =>
    Object.entries(row).map(([state, share]) =>
      Math.abs(share - (ours[n]![state as 'mask'] ?? Number.NaN)),
    ),
  );
  return Math.max(...differences);
}

test('the shipped classifier as LayersModel and as GraphModel says what its ONNX file says', async (t) => {
  const expected = await said(shipped);
  assert.ok(new Set(expected.map(({ mask = 0 }) => mask > 0.5)).size === 2);
  for (const [name, from, runtime] of [
    ['layers', 'layers', 'tfjs'],
    ['graph', 'graph', 'tfjs'],
    ['converted', 'layers', 'onnx'],
  ] as const) {
    const { test: result } = await importModel([saved(from)], made(name), { ...options, runtime });

    const loaded = await loadClassifier(made(name));
    const difference = furthest(await said(loaded), expected);
    t.diagnostic(`${name}: ${difference}, self-test ${result.largestDifference}`);
    assert.equal(loaded.model.runtime ?? 'onnx', runtime);
    assert.ok(difference < 1e-4, `${name} differs by ${difference}`);
    if (name === 'layers') assert.ok(result.largestDifference! < 1e-4);
  }
  const files = readdirSync(made('graph')).sort();
  const shards = ['group1-shard1of2.bin', 'group1-shard2of2.bin'];
  assert.deepEqual(files, ['CARD.md', ...shards, 'model.json', 'network.json']);
});

for (const [why, network, names] of [
  ['a base continued by a head, softmax over two', mobileNetWithHead, ['mask', 'no_mask']],
  ['a base as a layer of a Sequential', mobileNetNested, ['mask', 'no_mask', 'incorrect']],
  ['a layer that scales, one unit behind a sigmoid', mobileNetApplied, ['mask', 'no_mask']],
] as const) {
  test(`of ${why}, TensorFlow.js and the conversion to ONNX say the same`, async () => {
    await saveLayersModel(saved(why), network([32, 32]));
    const out = made(why.replace(/\W+/g, '-'));

    const { test: result } = await importModel([saved(why)], out, {
      ...options,
      ...{ names: [...names], runtime: 'tfjs' },
    });

    assert.equal(result.reader, 'ONNX Runtime, as ONNX');
    assert.ok(result.largestDifference! < 1e-4, `differs by ${result.largestDifference}`);
  });
}

test('an ensemble of ONNX and TensorFlow.js says the mean of both', async () => {
  const place = made('both');
  mkdirSync(place);
  const { version, licence, sources, measured } = shipped.model;
  const members = [{ name: shipped.model.name }, { name: '../graph' }];
  const ensemble = { name: 'both', task: 'classifier', version, licence, sources, measured };
  const description = { ...ensemble, members, threshold: 0.7 };
  writeFileSync(join(place, 'model.json'), JSON.stringify(description));
  const [face] = await crops(shipped.model.input.size);
  const masked = async (loaded: LoadedModel<ClassifierModel>) => {
    const classifier = await openClassifier(loaded);
    const [answer] = await classifier.run({ crops: face!, count: 1, colour: 'rgb' });
    await classifier.release();
    return {
      share: answer!.mask!,
      providers: classifier.networks.map((one) => one.session.provider),
    };
  };

  const both = await masked(await loadClassifier(place, modelsFolder({})));
  const onnx = await masked(shipped);
  const tfjs = await masked(await loadClassifier(made('graph')));

  assert.deepEqual(both.providers, ['cpu', 'tfjs']);
  assert.ok(Math.abs(both.share - (onnx.share + tfjs.share) / 2) < 1e-6);
});

test('detect judges a picture with it, on its threads, as with the shipped one', () => {
  const args = [main, 'detect', join(portraits, 'no_mask.png'), '--json'];
  const faces = (...more: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...args, ...more], {
      encoding: 'utf8',
      env: { ...process.env, MASKWATCH_MODELS: modelsFolder({}) },
    });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout).faces as { label: string; box: number[]; confidence: number }[];
  };

  const [ours] = faces('--model', made('graph'));
  const [theirs] = faces();

  assert.equal(ours?.label, 'no_mask');
  assert.deepEqual(ours?.box, theirs?.box);
});
