import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { judgingOf } from '@maskwatch/contracts/model';
import { loadPair, modelsOf } from './model-pair.ts';
import { modelsFolder } from './registry.ts';

const shipped = { detector: 'face-yolov4-mobilenetv2', classifier: 'mask-mobilenetv2' };
const folder = await mkdtemp(join(tmpdir(), 'maskwatch-pair-'));
after(() => rm(folder, { recursive: true }));
await cp(modelsFolder({}), folder, { recursive: true });

/** The shipped detector under another description. */
async function describe(name: string, change: object): Promise<string> {
  await cp(join(folder, shipped.detector), join(folder, name), { recursive: true });
  const path = join(folder, name, 'model.json');
  const model = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...model, name, ...change }));
  return name;
}

const judges = { threshold: 0.6, smallestFace: 24 };
const classes = ['no_mask', 'mask', 'ignore', 'face'];
const oneStage = await describe('one-stage', { classes, judges });

test('the classifier says what the shipped pair can say', async () => {
  const pair = await loadPair(shipped, folder);
  assert.deepEqual(judgingOf(modelsOf(pair)), {
    states: ['mask', 'no_mask', 'incorrect'],
    threshold: 0.7,
    smallestFace: 32,
  });
});

test('a detector that judges needs no classifier, not even one that is there', async () => {
  const pair = await loadPair({ detector: oneStage, classifier: 'not there' }, folder);
  assert.equal(pair.classifier, undefined);
  assert.deepEqual(judgingOf(modelsOf(pair)), {
    states: ['no_mask', 'mask'],
    ...judges,
  });
});

test('several classes of one state are one state', () => {
  const classes = ['mask', 'mask', 'ignore', 'face'];
  assert.deepEqual(judgingOf({ detector: { classes, judges } as never }).states, ['mask']);
});

test('a pair that judges nothing is refused with what to do', async () => {
  await assert.rejects(loadPair({ detector: shipped.detector }, folder), {
    code: 'model-judges-nothing',
    message: /only finds faces/,
    action: /Name a classifier/,
  });
  const silent = await describe('silent', { judges });
  await assert.rejects(loadPair({ ...shipped, detector: silent }, folder), {
    code: 'model-judges-nothing',
    message: 'The model silent judges, but says no mask state.',
    action: /or no "judges" in its model\.json/,
  });
  const same = await describe('same', { classes: ['no_mask', 'ignore'], judges });
  await assert.rejects(loadPair({ ...shipped, detector: same }, folder), {
    code: 'model-judges-nothing',
    message: 'The model same judges, but says no_mask of every face.',
  });
});
