import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { listModels, loadClassifier, loadDetector, loadModel, modelsFolder } from './registry.ts';

const folder = await mkdtemp(join(tmpdir(), 'maskwatch-models-'));
after(() => rm(folder, { recursive: true }));
for (const name of ['whole', 'truncated', 'undescribed']) {
  await cp(join(modelsFolder({}), 'mask-mobilenetv2'), join(folder, name), { recursive: true });
}
await truncate(join(folder, 'truncated', 'mask-mobilenetv2.onnx'), 1_000_000);
await writeFile(join(folder, 'undescribed', 'model.json'), '{"name": "undescribed"');

test('a model is its description and the path of a file with the right hash', async () => {
  const { model, path } = await loadClassifier('whole', folder);
  assert.deepEqual(model.classes, ['mask', 'no_mask', 'incorrect']);
  assert.equal(path, join(folder, 'whole', 'mask-mobilenetv2.onnx'));
});

test('an unknown name is answered with the names that are there', async () => {
  await assert.rejects(loadModel('yolo', folder), {
    code: 'model-unknown',
    action: 'Choose one of: truncated, undescribed, whole.',
  });
});

test('a truncated file is refused with its length and hash', async () => {
  await assert.rejects(loadModel('truncated', folder), {
    code: 'model-altered',
    message: /mask-mobilenetv2\.onnx is not the file .* 1000000 bytes and sha256 [0-9a-f]{64}, not/,
  });
});

test('a description that is none is a problem of that model alone', async () => {
  const listed = await listModels(folder);
  assert.deepEqual(
    listed.map(({ name, problem }) => [name, problem?.code]),
    [
      ['truncated', undefined],
      ['undescribed', 'model-invalid'],
      ['whole', undefined],
    ],
  );
});

for (const [field, change] of [
  ['input.size', { input: { name: 'planes', size: 1e9 } }],
  ['input.size', { input: { name: 'planes', size: 0 } }],
  ['crop.side', { crop: { shape: 'square', side: -1 } }],
  ['calibration.temperature', { calibration: { temperature: 0, threshold: 0.7 } }],
  ['file', { file: '../whole/mask-mobilenetv2.onnx' }],
] as const) {
  test(`a ${field} of ${JSON.stringify(change)} is refused by its name`, async () => {
    const hostile = join(folder, 'hostile');
    await cp(join(folder, 'whole'), hostile, { recursive: true });
    const description = JSON.parse(await readFile(join(hostile, 'model.json'), 'utf8'));
    await writeFile(join(hostile, 'model.json'), JSON.stringify({ ...description, ...change }));
    const fault = await loadModel('hostile', folder).catch((thrown) => thrown);
    await rm(hostile, { recursive: true });
    assert.equal(fault.code, 'model-invalid');
    assert.deepEqual(
      fault.errors.map(({ path }: { path: string }) => path),
      [field],
    );
  });
}

test('a model.json of many megabytes is no description', async () => {
  const path = join(folder, 'undescribed', 'model.json');
  const whole = await readFile(join(folder, 'whole', 'model.json'), 'utf8');
  await writeFile(path, whole.padEnd(3_000_000));
  await assert.rejects(loadModel('undescribed', folder), { code: 'model-invalid' });
  await writeFile(path, '{"name": "undescribed"');
});

test('a classifier is not taken for a detector', async () => {
  await assert.rejects(loadDetector('whole', folder), { code: 'model-task' });
});

test('every model of the repository has the file that it describes', async () => {
  const listed = await listModels(modelsFolder({}));
  assert.ok(listed.length >= 2);
  for (const { name } of listed) {
    const { path } = await loadModel(name, modelsFolder({}));
    assert.ok((await readFile(path)).length > 0);
  }
});
