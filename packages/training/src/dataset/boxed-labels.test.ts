import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderOf, problemOf } from './made-folder.ts';
import { readDataSet } from './read-data-set.ts';

const annotation = (name: string, objects: string) =>
  `<?xml version="1.0"?><annotation verified='yes'><filename>${name}</filename>${objects}</annotation>`;
const object = (name: string, corners: readonly number[]) => {
  const [left, top, right, bottom] = corners;
  return `<object><name>${name}</name><bndbox><xmin>${left}</xmin><ymin>${top}</ymin><xmax>${right}</xmax><ymax>${bottom}</ymax></bndbox></object>`;
};

test('VOC: pictures with an XML file each; broken ones are listed, the rest goes on', async () => {
  const folder = await folderOf({
    'images/a.png': undefined,
    'images/b.jpg': undefined,
    'images/c.jpg': undefined,
    'annotations/a.xml': annotation(
      'elsewhere.png',
      object('with_mask', [2, 3, 22, 18]) + object('mask_weared_incorrect', [1, 1, 6, 6]),
    ),
    'annotations/other-name.xml': annotation('b.jpg', ''),
    'annotations/broken.xml': '<annotation><object></annotation>',
    'annotations/absent.xml': annotation('nowhere.jpg', ''),
  });

  const { form, pictures, skipped } = await readDataSet(folder);

  assert.equal(form, 'voc');
  assert.deepEqual(
    pictures.map(({ file, faces }) => [file, faces]),
    [
      [
        'images/a.png',
        [
          { box: [2, 3, 20, 15], label: 'mask' },
          { box: [1, 1, 5, 5], label: 'incorrect', ignore: true },
        ],
      ],
      ['images/b.jpg', []],
    ],
  );
  assert.deepEqual(skipped, [
    { file: 'annotations/absent.xml', reason: 'its picture (nowhere.jpg) is absent' },
    { file: 'annotations/broken.xml', reason: 'line 1: </annotation> closes nothing' },
    { file: 'images/c.jpg', reason: 'there is no XML file of its name' },
  ]);
});

test('YOLO text: parts of the picture, classes by a file or by number', async () => {
  const files = {
    'images/train/a.jpg': undefined,
    'images/train/none.jpg': undefined,
    'images/val/a.jpg': undefined,
    'images/val/b.jpg': undefined,
    'images/val/c.jpg': undefined,
    'labels/train/a.txt': '0 0.5 0.5 0.5 1\n\n2 0.25 0.5 0.5 0.5 0.8\n',
    'labels/val/a.txt': '',
    'labels/val/b.txt': '0 0.5 0.5\n',
    'labels/val/c.txt': '0 0.5 0.5 0 0.4\n',
  };
  const named = await folderOf({ ...files, 'data.yaml': 'nc: 3\nnames: [mask, "no mask", dog]\n' });
  const numbered = await folderOf(files);

  const byName = await readDataSet(named, { names: { dog: 'ignore' } });
  const byNumber = await readDataSet(numbered, { names: { 0: 'no_mask', 2: 'face' } });

  assert.equal(byName.form, 'yolo');
  assert.deepEqual(
    byName.pictures.map(({ file, faces }) => [file, faces]),
    [
      [
        'images/train/a.jpg',
        [
          { box: [10, 0, 20, 20], label: 'mask' },
          { box: [0, 5, 20, 10], label: 'face', ignore: true },
        ],
      ],
      ['images/val/a.jpg', []],
    ],
  );
  assert.deepEqual(
    byName.skipped.map(({ file, reason }) => `${file}: ${reason}`),
    [
      'labels/val/b.txt: line 1 is not a class and four parts of the picture',
      'labels/val/c.txt: a box has no area',
      'images/train/none.jpg: there is no text file of its name',
    ],
  );
  assert.deepEqual(
    byNumber.pictures[0]!.faces!.map(({ label }) => label),
    ['no_mask', 'face'],
  );
  await assert.rejects(
    readDataSet(numbered),
    problemOf('names-unknown', /0, 2 .*--names "0=mask,/),
  );
});

test('COCO JSON: pictures, boxes and categories in one file', async () => {
  const coco = {
    images: [
      { id: 1, file_name: 'a.jpg', width: 40, height: 20 },
      { id: 'x', file_name: 'deep/b.jpg' },
      { id: 3, file_name: '../../etc/passwd' },
    ],
    annotations: [
      { id: 1, image_id: 1, category_id: 7, bbox: [1, 2, 12, 12] },
      { id: 2, image_id: 1, category_id: 7, bbox: [1, 2, 30, 12], iscrowd: 1 },
      { id: 3, image_id: 1, category_id: 7, bbox: [1, 2, 0, 12] },
    ],
    categories: [{ id: 7, name: 'face' }],
  };
  const folder = await folderOf({
    'train/a.jpg': undefined,
    'train/deep/b.jpg': undefined,
    'train/unnamed.jpg': undefined,
    'annotations/train.json': JSON.stringify(coco),
    'annotations/cut.json': JSON.stringify(coco).slice(0, 300),
    'package.json': '{}',
  });

  const { form, pictures, skipped } = await readDataSet(folder);

  assert.equal(form, 'coco');
  assert.deepEqual(
    pictures.map(({ file, faces }) => [file, faces]),
    [
      [
        'train/a.jpg',
        [
          { box: [1, 2, 12, 12], label: 'face' },
          { box: [1, 2, 30, 12], label: 'face', ignore: true },
        ],
      ],
      ['train/deep/b.jpg', []],
    ],
  );
  assert.deepEqual(
    skipped.map(({ file }) => file),
    ['annotations/cut.json', '../../etc/passwd', 'train/a.jpg', 'train/unnamed.jpg'],
  );
});
