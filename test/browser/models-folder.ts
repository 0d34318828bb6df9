/** A folder of models as people have it after a while: shipped ones, own ones, a broken one. */
import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import { Model } from '@maskwatch/contracts/model';
import { renderReport } from '@maskwatch/training/report/render-report';

const root = join(import.meta.dirname, '../..');
const detector = 'face-yolov4-mobilenetv2';
const classifier = 'mask-mobilenetv2';

/** Nothing of them is run: the page shows what their folders say. */
export async function modelsFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-models-'));
  for (const name of [detector, classifier]) {
    await cp(join(root, 'models', name), join(folder, name), { recursive: true });
  }
  await retrained(folder, 'mask-office', { classes: ['mask', 'no_mask'] });
  await writeFile(join(folder, 'mask-office', 'report.html'), await aReport());
  await retrained(folder, 'mask-hall', { classes: ['mask', 'no_mask', 'incorrect'] });
  await ensemble(folder, 'mask-both', [classifier, 'mask-hall']);
  await mkdir(join(folder, 'mask-torn'));
  await writeFile(join(folder, 'mask-torn', 'model.json'), '{ "name": "mask-torn" }');
  return folder;
}

/** What a service with the shipped detector and the classifier of two classes has read. */
export async function loadedModels(folder: string): Promise<Model[]> {
  const names = [detector, 'mask-office'];
  return Promise.all(
    names.map(async (name) =>
      Model.parse(JSON.parse(await readFile(join(folder, name, 'model.json'), 'utf8'))),
    ),
  );
}

async function shippedDescription(): Promise<object> {
  const text = await readFile(join(root, 'models', classifier, 'model.json'), 'utf8');
  return JSON.parse(text) as object;
}

async function retrained(
  folder: string,
  name: string,
  { classes }: { classes: JudgedState[] },
): Promise<void> {
  const model = {
    ...(await shippedDescription()),
    ...{ name, classes, version: '1', licence: 'all rights reserved', file: 'model.onnx' },
    sources: ['3,833 pictures of our own entrance, 2025'],
    measured: {
      validation: '767 pictures that were held out, none of them like one trained on',
      ...{ accuracy: 0.9791, loss: 0.0712, balancedAccuracy: 0.978, noMaskRecall: 0.971 },
    },
  };
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, 'model.json'), JSON.stringify(model));
  await writeFile(join(folder, name, 'model.onnx'), 'not read');
}

async function ensemble(folder: string, name: string, members: string[]): Promise<void> {
  const model = {
    ...{ name, version: '1', licence: 'as its members', sources: [], task: 'classifier' },
    ...{ measured: {}, threshold: 0.7 },
    members: members.map((member, index) => ({ name: member, weight: index + 1, flip: index > 0 })),
  };
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, 'model.json'), JSON.stringify(model));
}

async function aReport(): Promise<string> {
  const jpeg = await readFile(join(root, 'test/scenes/portraits/mask.png'));
  return renderReport({
    title: 'mask-office',
    lead: 'Right in 97.9 % of 767 pictures that were held out.',
    sections: [
      { kind: 'facts', title: 'At a glance', facts: [['Accuracy', '0.979']] },
      {
        ...{ kind: 'curves', title: 'Loss', x: { label: 'epoch', values: [1, 2, 3] } },
        y: { label: 'loss', least: 0 },
        lines: [{ name: 'validation', values: [0.4, 0.2, 0.1] }],
      },
      {
        kind: 'matrix',
        title: 'Said',
        labels: ['mask'],
        said: ['mask', 'no_mask'],
        counts: [[9, 1]],
      },
      {
        ...{ kind: 'table', title: 'All of them', columns: ['file', 'said', 'probability'] },
        rows: Array.from({ length: 60 }, (_, n) => [`with_mask/${n}.jpg`, 'mask', '0.900']),
      },
      { kind: 'sheet', title: 'Predictions', tiles: [{ jpeg, caption: 'mask', state: 'mask' }] },
    ],
  });
}
