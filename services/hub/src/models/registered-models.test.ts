import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { BrokenModel, UsableModel } from '@maskwatch/contracts/http';
import { ModelFile } from '@maskwatch/contracts/model';
import { openReport, readCard } from './model-papers.ts';
import { type RegisteredModel, RegisteredModels } from './registered-models.ts';

let registry: string;
let elsewhere: string;

before(async () => {
  registry = await mkdtemp(join(tmpdir(), 'maskwatch-models-'));
  elsewhere = await mkdtemp(join(tmpdir(), 'maskwatch-own-'));
  await put(join(registry, 'office'), aClassifier('office'));
  await put(join(registry, 'bare'), aClassifier('bare'), { without: 'model.onnx' });
  await put(join(elsewhere, 'own'), aClassifier('own'));
  await mkdir(join(registry, 'torn'));
  await writeFile(join(registry, 'torn', 'model.json'), '{"name":');
  await mkdir(join(registry, 'no-model'));
});

after(async () => {
  await rm(registry, { recursive: true });
  await rm(elsewhere, { recursive: true });
});

function aClassifier(name: string, sha256 = 'a'.repeat(64)): ModelFile {
  return ModelFile.parse({
    ...{ name, version: '1', licence: 'Apache-2.0', sources: [], measured: { accuracy: 0.9 } },
    ...{ task: 'classifier', file: 'model.onnx', sha256, interpolation: 'area-down-bilinear-up' },
    golden: { width: 8, height: 8, tolerance: 0.001, outputs: [] },
    ...{ colourOrder: 'rgb', scale: 1, offset: 0, input: { name: 'planes', size: 8 } },
    ...{ crop: { shape: 'square', side: 1.4 }, output: 'logits', classes: ['mask', 'no_mask'] },
    ...{ calibration: { temperature: 1, threshold: 0.7 }, smallestFace: 32 },
  });
}

async function put(folder: string, model: object, { without = '' } = {}): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = { 'model.json': JSON.stringify(model), 'model.onnx': 'onnx' };
  for (const [name, text] of Object.entries(files)) {
    if (name !== without) await writeFile(join(folder, name), text);
  }
}

async function list(configured: string[], loaded: ModelFile[] = []): Promise<RegisteredModel[]> {
  return new RegisteredModels({ configured, loaded, registry }).list();
}

const named = (models: RegisteredModel[], name: string) =>
  models.find(({ entry }) => entry.name === name)!.entry;

test('what runs comes first, and folders without a model.json are no models', async () => {
  const models = await list(['office']);

  assert.deepEqual(
    models.map(({ entry }) => [entry.name, entry.running]),
    [
      ['office', true],
      ['bare', false],
      ['torn', false],
    ],
  );
  const { classes, task, measured } = named(models, 'office') as UsableModel;
  assert.deepEqual(
    [task, classes, measured],
    ['classifier', ['mask', 'no_mask'], { accuracy: 0.9 }],
  );
});

test('a folder that cannot be used says why and what to do', async () => {
  const models = await list(['office']);

  const torn = named(models, 'torn') as BrokenModel;
  assert.equal(torn.problem.code, 'model-invalid');
  assert.ok(torn.problem.action);
  const bare = named(models, 'bare') as BrokenModel;
  assert.match(bare.problem.detail, /model\.onnx is missing/);
  assert.ok(bare.problem.action);
});

test('a folder of the config is listed by its name, once', async () => {
  const own = join(elsewhere, 'own');
  const models = await list([own], [aClassifier('own')]);

  assert.deepEqual(models.map(({ entry, directory }) => [entry.name, directory]).slice(0, 1), [
    ['own', own],
  ]);
  const again = await list([join(registry, 'office')], [aClassifier('office')]);
  assert.deepEqual(
    again.map(({ entry }) => [entry.name, entry.running]),
    [
      ['office', true],
      ['bare', false],
      ['torn', false],
    ],
  );
});

test('a model that was made anew since the start is told', async () => {
  const same = await list(['office'], [aClassifier('office')]);
  const other = await list(['office'], [aClassifier('office', 'b'.repeat(64))]);

  assert.equal((named(same, 'office') as UsableModel).changed, false);
  assert.equal((named(other, 'office') as UsableModel).changed, true);
});

test('a report and a card are files of the folder itself, never what a link points to', async () => {
  const folder = join(registry, 'office');
  assert.equal((named(await list([]), 'office') as UsableModel).report, false);
  assert.equal(await readCard(folder), undefined);
  await writeFile(join(elsewhere, 'secret'), 'secret');
  await symlink(join(elsewhere, 'secret'), join(folder, 'report.html'));
  await symlink(join(elsewhere, 'secret'), join(folder, 'CARD.md'));

  assert.equal((named(await list([]), 'office') as UsableModel).report, false);
  assert.equal(await readCard(folder), undefined);
  assert.equal(await openReport(folder), undefined);

  await rm(join(folder, 'report.html'));
  await rm(join(folder, 'CARD.md'));
  await writeFile(join(folder, 'report.html'), '<h1>Report</h1>');
  await writeFile(join(folder, 'CARD.md'), '# office');
  assert.equal((named(await list([]), 'office') as UsableModel).report, true);
  assert.equal(await readCard(folder), '# office');
  const report = await openReport(folder);
  assert.equal(report?.size, 15);
  assert.equal((await report.stream.toArray()).join(''), '<h1>Report</h1>');
});

test('listing models loads nothing that could run them', async () => {
  await list(['office']);

  const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
  assert.ok(sharedObjects.length > 0);
  assert.deepEqual(
    sharedObjects.filter((path) => path.includes('onnxruntime')),
    [],
  );
});
