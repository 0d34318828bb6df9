import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Probabilities } from '@maskwatch/contracts/mask-state';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import { openClassifier } from './classifier.ts';
import { type Crops, judgeTogether } from './classifier-ensemble.ts';
import { openDetector } from './detector.ts';
import { checkAllGolden } from './golden-check.ts';
import { meanProbabilities } from './mean-probabilities.ts';
import { listModels, loadClassifier, loadDetector, loadModel, modelsFolder } from './registry.ts';

const finder = 'face-yolov4-mobilenetv2';
const judge = 'mask-mobilenetv2';
const shipped = modelsFolder({});
const folder = await mkdtemp(join(tmpdir(), 'maskwatch-ensembles-'));
after(() => rm(folder, { recursive: true }));
for (const name of [finder, judge]) {
  await cp(join(shipped, name), join(folder, name), { recursive: true });
}

const described = { version: '1', licence: 'Apache-2.0', sources: [], measured: {} };

async function ensemble(
  name: string,
  { at = folder, ...model }: { at?: string; task: string; members: object[] },
) {
  const thresholds = { confidence: 0.5, pixelate: 0.2, iou: 0.4 };
  const own = model.task === 'detector' ? { thresholds } : { threshold: 0.8 };
  await mkdir(join(at, name), { recursive: true });
  const text = JSON.stringify({ ...described, ...own, ...model, name });
  await writeFile(join(at, name, 'model.json'), text);
  return name;
}

/** A copy of a shipped model under another description. */
async function variant(name: string, of: string, change: object): Promise<string> {
  await cp(join(folder, of), join(folder, name), { recursive: true });
  const path = join(folder, name, 'model.json');
  const model = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...model, name, ...change }));
  return name;
}

const classifiers = (...members: object[]) => ({ task: 'classifier', members });
const detectors = (...members: object[]) => ({ task: 'detector', members });

const twoJudges = await ensemble('two-judges', classifiers({ name: judge }, { name: judge }));
const mirrored = await ensemble(
  'mirrored-judge',
  classifiers({ name: judge, weight: 3, flip: true }, { name: judge }),
);
const twoFinders = await ensemble('two-finders', detectors({ name: finder }, { name: finder }));

test('an ensemble is seen as one model with its own name and thresholds', async () => {
  const { model, members, path } = await loadClassifier(twoJudges, folder);
  assert.deepEqual(
    [model.name, model.calibration, model.input.size, model.classes.length, members?.length],
    ['two-judges', { temperature: 1, threshold: 0.8 }, 112, 3, 2],
  );
  assert.equal(path, join(folder, 'two-judges', 'model.json'));
  assert.equal(model.file, 'model.json');
  const found = await loadDetector(twoFinders, folder);
  assert.deepEqual(found.model.thresholds, { confidence: 0.5, pixelate: 0.2, iou: 0.4 });
  assert.equal(found.members![0]!.loaded.path, join(folder, finder, `${finder}.onnx`));
});

test('twice the same classifier says what one says, and each network is checked', async () => {
  const single = await openClassifier(await loadClassifier(judge, folder));
  const both = await openClassifier(await loadClassifier(twoJudges, folder));
  const look = { crops: goldenPattern(112, 112), count: 1, colour: 'rgb' } as const;
  const [expected] = await single.run(look);
  const [found] = await both.run(look);
  close(found!, expected!);
  assert.equal((await checkAllGolden(both.networks)).length, 2);
  await single.release();
  await both.release();
});

test('a member that flips counts with the mean of both looks', async () => {
  const single = await openClassifier(await loadClassifier(judge, folder));
  const flipping = await openClassifier(await loadClassifier(mirrored, folder));
  const crop = goldenPattern(112, 112);
  const turned = new Uint8Array(crop.length).map((_, n) => crop[n - (n % 112) + 111 - (n % 112)]!);
  const of = async (crops: Uint8Array) =>
    (await single.run({ crops, count: 1, colour: 'rgb' }))[0]!;
  const [straight, other] = [await of(crop), await of(turned)];
  assert.notDeepEqual(straight, other);
  const [found] = await flipping.run({ crops: crop, count: 1, colour: 'rgb' });
  // Weights 3 and 1: three eighths each for both looks of the first, a quarter for the second.
  for (const state of ['mask', 'no_mask', 'incorrect'] as const) {
    const expected = (5 / 8) * straight[state]! + (3 / 8) * other[state]!;
    assert.ok(Math.abs(found![state]! - expected) < 1e-6);
  }
  await single.release();
  await flipping.release();
});

test('a member that wants a smaller crop gets it reduced', async () => {
  const seen: number[][] = [];
  const member = (size: number, mask: number) => ({
    ...{ size, weight: 1, flip: false },
    async judge({ crops }: Crops): Promise<Probabilities[]> {
      seen.push([...crops]);
      return [{ mask, no_mask: 1 - mask }];
    },
  });
  const crop = new Uint8Array([0, 4, 8, 12, 1, 1, 1, 1, 2, 2, 2, 2]);
  const members = [member(2, 0.5), member(1, 1)];
  const input = { crops: crop, count: 1, colour: 'rgb' } as const;
  const said = await judgeTogether(input, { size: 2, members });
  assert.deepEqual(said, [{ mask: 0.75, no_mask: 0.25 }]);
  assert.deepEqual(seen, [[...crop], [6, 1, 2]]);
});

test('the mean is weighted, and a state that one leaves out counts as 0 there', () => {
  const looks = [
    { weight: 3, probabilities: { mask: 1 } },
    { weight: 1, probabilities: { mask: 0.5, no_mask: 0.5 } },
  ];
  assert.deepEqual(meanProbabilities(looks), { mask: 0.875, no_mask: 0.125 });
});

test('twice the same detector finds what one finds; asking for less changes nothing', async () => {
  const size = { width: 160, height: 96, scale: 2, pictureWidth: 300, pictureHeight: 180 };
  const look = { ...size, planes: goldenPattern(160, 96), colour: 'rgb' } as const;
  const single = await openDetector(await loadDetector(finder, folder));
  const both = await openDetector(await loadDetector(twoFinders, folder));
  const expected = await single.detect({ ...look, minConfidence: 1e-6 });
  const [first, ...rest] = await both.detect({ ...look, minConfidence: 1e-6 });
  assert.ok(Math.abs(first!.confidence - expected[0]!.confidence) < 1e-9);
  first!.box.forEach((value, n) => {
    assert.ok(Math.abs(value - expected[0]!.box[n]!) < 1e-6);
  });
  const least = first!.confidence * 0.999;
  const sure = await both.detect({ ...look, minConfidence: least });
  assert.ok(sure.every(({ confidence }) => confidence >= least) && rest.length > 0);
  await single.release();
  await both.release();
});

test('a detector that flips finds a face of the mirrored picture where it is', async () => {
  const name = await ensemble(
    'flipping-finder',
    detectors({ name: finder, flip: true }, { name: finder }),
  );
  const both = await openDetector(await loadDetector(name, folder));
  const single = await openDetector(await loadDetector(finder, folder));
  const size = { width: 320, height: 256, scale: 1, pictureWidth: 320, pictureHeight: 256 };
  const planes = goldenPattern(320, 256);
  const look = { ...size, planes, colour: 'rgb', minConfidence: 1e-6 } as const;
  const turned = new Uint8Array(planes.length).map(
    (_, n) => planes[n - (n % 320) + 319 - (n % 320)]!,
  );
  const [other] = await single.detect({ ...look, planes: turned });
  const found = await both.detect(look);
  const [x, y, w, h] = other!.box;
  const near = found.some(({ box }) =>
    [320 - x - w, y, w, h].every((value, n) => Math.abs(value - box[n]!) < 12),
  );
  assert.ok(near, JSON.stringify({ other, found: found.slice(0, 5) }));
  await both.release();
  await single.release();
});

test('members are found beside the ensemble first, then in the registry, or by their folder', async () => {
  const own = join(folder, 'elsewhere');
  await mkdir(own);
  await cp(join(folder, judge), join(own, judge), { recursive: true });
  const members = classifiers({ name: judge }, { name: twoJudges.replace('two-judges', judge) });
  await ensemble('pair', { ...members, at: own });
  const beside = await loadModel(join(own, 'pair'), folder);
  assert.equal(beside.members![0]!.loaded.path, join(own, judge, `${judge}.onnx`));

  await ensemble('by-folder', {
    ...classifiers({ name: `../${judge}` }, { name: judge }),
    at: own,
  });
  await rm(join(own, judge, 'CARD.md'));
  const named = await loadModel(join(own, 'by-folder'), folder);
  assert.equal(named.members![0]!.loaded.path, join(own, judge, `${judge}.onnx`));

  await rm(join(own, judge), { recursive: true });
  const registered = await loadModel(join(own, 'pair'), folder);
  assert.equal(registered.members![0]!.loaded.path, join(folder, judge, `${judge}.onnx`));
  await rm(own, { recursive: true });
});

const wide = await variant('wide', judge, { crop: { shape: 'square', side: 1.8 } });
const two = await variant('two-states', judge, { classes: ['mask', 'no_mask'] });
const small = await variant('small-input', finder, {
  input: { name: 'planes', size: 416, multiple: 32, resize: 'letterbox-topleft', padding: 114 },
});
const judging = await variant('judging', finder, { judges: { threshold: 0.7, smallestFace: 32 } });

for (const [why, members, message] of [
  [
    'another crop',
    classifiers({ name: judge }, { name: wide }),
    /crop\.side of wide is 1\.8, of mask-mobilenetv2 1\.4/,
  ],
  [
    'other classes',
    classifiers({ name: judge }, { name: two }),
    /classes of two-states is mask, no_mask, of mask-mobilenetv2 incorrect, mask, no_mask/,
  ],
  [
    'another input',
    detectors({ name: finder }, { name: small }),
    /input\.size of small-input is 416, of face-yolov4-mobilenetv2 640/,
  ],
  [
    'one that judges beside one that does not',
    detectors({ name: finder }, { name: judging }),
    /judges of judging is there, of face-yolov4-mobilenetv2 absent/,
  ],
  [
    'another task',
    classifiers({ name: judge }, { name: finder }),
    /face-yolov4-mobilenetv2 is a detector, not a classifier/,
  ],
  [
    'an ensemble as a member',
    classifiers({ name: judge }, { name: twoJudges }),
    /two-judges has members itself/,
  ],
  [
    'a member that is not there',
    classifiers({ name: judge }, { name: 'absent' }),
    /there is no model absent/,
  ],
] as const) {
  test(`${why} is refused by name`, async () => {
    const name = await ensemble(`unfit-${why.replaceAll(' ', '-')}`, {
      ...members,
      members: [...members.members],
    });
    await assert.rejects(loadModel(name, folder), { code: 'model-members', message });
    const listed = (await listModels(folder)).find((one) => one.name === name);
    assert.equal(listed?.problem?.code, 'model-members');
  });
}

test('an ensemble of one member, or of weight 0, is no description', async () => {
  const one = await ensemble('one', classifiers({ name: judge }));
  await assert.rejects(loadModel(one, folder), { code: 'model-invalid' });
  const zero = await ensemble('zero', classifiers({ name: judge, weight: 0 }, { name: judge }));
  const fault = await loadModel(zero, folder).catch((thrown) => thrown);
  assert.deepEqual(
    fault.errors.map(({ path }: { path: string }) => path),
    ['members.0.weight'],
  );
});

test('what is listed is what the model.json says', async () => {
  const listed = (await listModels(folder)).find((one) => one.name === twoJudges);
  assert.deepEqual(listed?.model && 'members' in listed.model && listed.model.members, [
    { name: judge, weight: 1, flip: false },
    { name: judge, weight: 1, flip: false },
  ]);
});

function close(found: Probabilities, expected: Probabilities): void {
  for (const [state, value] of Object.entries(expected)) {
    assert.ok(Math.abs(found[state as keyof Probabilities]! - value) < 1e-9);
  }
}
