import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { int64Tensor } from '@maskwatch/onnx/graph';
import { readOnnx } from '@maskwatch/onnx/onnx-reader';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { writeModelFolder } from '@maskwatch/runtime/model-folder';
import { loadClassifier, modelsFolder } from '@maskwatch/runtime/registry';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const main = join(repository, 'services/maskwatch/src/main.ts');
const portrait = (state: string) => join(repository, 'test/scenes/portraits', `${state}.png`);

const folder = await mkdtemp(join(tmpdir(), 'maskwatch-evaluate-'));
after(() => rm(folder, { recursive: true }));

/** A folder per class, with a picture that cannot be read. */
const classes = join(folder, 'classes');
for (const state of ['mask', 'no_mask', 'incorrect']) {
  await mkdir(join(classes, state), { recursive: true });
  await cp(portrait(state), join(classes, state, 'portrait.png'));
}
await writeFile(join(classes, 'mask', 'broken.jpg'), 'no picture');

/** The same portraits with boxes, and a face that nobody can find. */
const boxes = join(folder, 'boxes');
await mkdir(boxes);
const records = [
  { file: 'mask.png', faces: [{ box: [34, 67, 98, 111], label: 'mask' }] },
  {
    file: 'no_mask.png',
    faces: [
      { box: [36, 67, 95, 108], label: 'no_mask' },
      { box: [2, 2, 20, 20], label: 'mask' },
    ],
  },
  { file: 'incorrect.png', faces: [{ box: [38, 61, 92, 99], label: 'incorrect' }] },
];
for (const { file } of records) await cp(portrait(file.replace('.png', '')), join(boxes, file));
await writeFile(
  join(boxes, 'labels.jsonl'),
  records.map((record) => JSON.stringify({ source: 'portraits', ...record })).join('\n'),
);

/** The shipped models, and one classifier that asks the same one with and without a mirror. */
const models = join(folder, 'models');
await cp(modelsFolder({}), models, { recursive: true });
const together = {
  ...{ name: 'mask-mirrored', task: 'classifier', version: '1', licence: 'Apache-2.0' },
  ...{ sources: [], measured: {}, threshold: 0.7 },
  members: [{ name: 'mask-mobilenetv2' }, { name: 'mask-mobilenetv2', flip: true }],
};
await mkdir(join(models, together.name));
await writeFile(join(models, together.name, 'model.json'), JSON.stringify(together));

/** The shipped classifier without its third class, as if it had been trained on whole pictures. */
const two = join(models, 'two-classes');
const shipped = await loadClassifier('mask-mobilenetv2', models);
const graph = readOnnx(await readFile(shipped.path));
const firstTwo = {
  ...{ op: 'Slice', name: 'two', inputs: ['logits', 'zero', 'end', 'axis'], outputs: ['two'] },
  attributes: {},
};
await writeModelFolder({
  folder: two,
  model: {
    ...{ ...shipped.model, name: 'two-classes', output: 'two', classes: ['mask', 'no_mask'] },
    crop: { shape: 'box', side: 1 },
  },
  onnx: writeOnnx({
    ...{ ...graph, nodes: [...graph.nodes, firstTwo] },
    initializers: [
      ...graph.initializers,
      ...[int64Tensor('zero', [0]), int64Tensor('end', [2]), int64Tensor('axis', [1])],
    ],
    outputs: [{ name: 'two', type: 'float', shape: ['n', 2] }],
  }),
});

/** The command as its own process. */
async function evaluate(...args: string[]) {
  const env = { ...process.env, MASKWATCH_MODELS: models };
  const run = promisify(execFile)(process.execPath, [main, 'evaluate', ...args], { env });
  return run.then(
    ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ status: code as number, stdout, stderr }),
  );
}

test('a classifier on a folder per class: figures on top, each face with what was said of it', async () => {
  const { status, stdout, stderr } = await evaluate('classifier', classes, '--json');

  assert.equal(status, 0, stderr);
  const figures = JSON.parse(stdout);
  assert.deepEqual([figures.accuracy, figures.balancedAccuracy, figures.faces], [1, 1, 3]);
  assert.ok(figures.loss > 0 && figures.loss < 0.4, `${figures.loss}`);
  assert.deepEqual(figures.cuts, { label: 0, detector: 3, picture: 0 });
  assert.deepEqual(
    figures.predictions.map(({ label, said }: Record<string, string>) => [label, said]),
    ['incorrect', 'mask', 'no_mask'].map((state) => [state, state]),
  );
  assert.match(stderr, /^mask\/broken\.jpg: .*unsupported image format\n$/);
  assert.equal(figures.skipped.length, 1);
});

test('a detector on boxes: tables for people, a report and the figures for programs', async () => {
  const report = join(folder, 'report');
  const { status, stdout, stderr } = await evaluate('detector', boxes, '--report', report);

  assert.equal(status, 0, stderr);
  assert.match(stdout, /^face-yolov4-mobilenetv2 on 3 pictures: AP of faces from 16 px on 0\.75/);
  assert.match(stdout, /\n {2}face from 16 px +4 +0\.750 /);
  const figures = JSON.parse(await readFile(join(report, 'figures.json'), 'utf8'));
  assert.equal(figures.rows[0].recall, 0.75);
  assert.equal(figures.faceAp, 0.75);
  assert.match(await readFile(join(report, 'report.html'), 'utf8'), /Evaluation: detector/);
});

test('a pipeline beside itself is not different, and tells what becomes of each face', async () => {
  const against = ['--against', 'mask-mobilenetv2'];
  const { stdout, status, stderr } = await evaluate('pipeline', boxes, '--json', ...against);

  assert.equal(status, 0, stderr);
  const { service, against: found, statesAp, members } = JSON.parse(stdout);
  assert.deepEqual(service.labels, ['mask', 'no_mask', 'incorrect']);
  assert.equal(service.counts[0][0], 1);
  assert.ok(statesAp > 0.5);
  assert.deepEqual(members, []);
  assert.deepEqual(
    found.differences.map(({ verdict }: { verdict: string }) => verdict),
    Array(4).fill('no difference'),
  );
});

test('two classes: whole pictures as model.json says, a cut, and what cannot be said apart', async () => {
  const args = ['--model', two, '--threshold', '0.0001', '--json'];
  const { status, stdout, stderr } = await evaluate('classifier', classes, ...args);

  assert.equal(status, 0, stderr);
  const { accuracy, apart, cuts, faces, threshold } = JSON.parse(stdout);
  assert.deepEqual(cuts, { label: 0, detector: 0, picture: 3 });
  assert.deepEqual(apart, [{ state: 'incorrect', faces: 1, said: { mask: 1 } }]);
  // So low a cut makes everything a mask: one of two is right.
  assert.deepEqual([faces, threshold, accuracy], [2, 0.0001, 0.5]);
});

test('a combined model has its members beside it, each with its cost', async () => {
  const { status, stdout, stderr } = await evaluate(
    'classifier',
    classes,
    '--model',
    together.name,
  );

  assert.equal(status, 0, stderr);
  const table = stdout.slice(stdout.indexOf('Gain and cost'));
  const rows = [...table.matchAll(/^ {2}(mask-\S+).*? 1\.000 .* ([\d.]+) a face$/gm)];
  assert.deepEqual(
    rows.map(([, name]) => name),
    ['mask-mobilenetv2', 'mask-mobilenetv2', 'mask-mirrored,'],
  );
  const [one, , all] = rows.map(([, , ms]) => Number(ms));
  assert.ok(all! > 1.5 * one!, table);
  assert.match(table, /mask-mobilenetv2, balanced accuracy +1\.000 +1\.000 +no difference: /);
});

for (const [what, args, code, said] of [
  [
    'a folder per class has no boxes for a detector',
    ['detector', classes],
    2,
    /where its faces are/,
  ],
  [
    'a detector is no classifier',
    ['classifier', classes, '--model', 'face-yolov4-mobilenetv2'],
    2,
    /is of the task detector/,
  ],
  ['a threshold is a share', ['classifier', classes, '--threshold', '50'], 2, /from 0 to 1/],
  ['DATA that is not there', ['classifier', join(folder, 'nothing')], 2, /nothing at/],
] as const) {
  test(`refused in words: ${what}`, async () => {
    const { status, stderr } = await evaluate(...args);

    assert.match(stderr, said);
    assert.equal(status, code);
  });
}
