import assert from 'node:assert/strict';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { Problem } from '@maskwatch/platform/problem';
import sharp from 'sharp';
import { readDataSet } from './read-data-set.ts';

const jpeg = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#777' } })
  .jpeg()
  .toBuffer();

/** A folder with these files; `undefined` stands for a small picture of 40 by 20. */
async function folderOf(files: Record<string, string | undefined>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-data-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), text ?? jpeg);
  }
  return folder;
}

function problemOf(code: string, words: RegExp): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof Problem);
    assert.equal(thrown.code, code);
    assert.match(`${thrown.message} ${thrown.action}`, words);
    return true;
  };
}

/** A tar of these files, as POSIX writes it. */
function tarOf(files: Record<string, Uint8Array>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(bytes.length.toString(8).padStart(11, '0'), 124);
    header.write('        0', 148);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((a, b) => a + b, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

test('a folder per class says what its pictures show, by common names', async () => {
  const folder = await folderOf({
    'With Mask/a.jpg': undefined,
    'With Mask/deep/b.jpg': undefined,
    'without_mask/c.png': undefined,
    'readme.txt': 'no picture',
    'stray.jpg': undefined,
  });

  const { form, pictures, skipped } = await readDataSet(folder);

  assert.equal(form, 'folders');
  assert.deepEqual(
    pictures.map(({ file, label, source }) => [file, label, source]),
    [
      ['With Mask/a.jpg', 'mask', 'With Mask'],
      ['With Mask/deep/b.jpg', 'mask', 'With Mask'],
      ['without_mask/c.png', 'no_mask', 'without_mask'],
    ],
  );
  assert.deepEqual(skipped, [{ file: 'stray.jpg', reason: 'it lies in no folder of a class' }]);
  assert.deepEqual(Buffer.from(await pictures[0]!.bytes()), jpeg);
});

test('folders whose names say nothing are listed, with an example of --names', async () => {
  const folder = await folderOf({ 'yes/a.jpg': undefined, 'no/b.jpg': undefined });

  await assert.rejects(
    readDataSet(folder),
    problemOf('names-unknown', /no, yes .*--names "no=mask,yes=no_mask"/),
  );
  const { pictures } = await readDataSet(folder, { names: { yes: 'mask', no: 'ignore' } });
  assert.deepEqual(
    pictures.map(({ file, label }) => [file, label]),
    [['yes/a.jpg', 'mask']],
  );
});

test('a linked folder is not followed', async () => {
  const elsewhere = await folderOf({ 'x.jpg': undefined });
  const folder = await folderOf({ 'mask/a.jpg': undefined, 'no_mask/b.jpg': undefined });
  await symlink(elsewhere, join(folder, 'mask', 'more'));

  assert.equal((await readDataSet(folder)).pictures.length, 2);
});

test('a shard gives its records; faces that nobody may ask for become ignore', async () => {
  const records = [
    '{"file":"k.jpg","label":"mask","source":"web"}',
    '{"file":"f.jpg","faces":[{"box":[1,2,20,20],"label":"no_mask"},{"box":[0,0,5,5],"label":"face"},{"box":[9,9,30,30],"label":"face","auto":true}],"fold":3,"partial":true}',
    '{"file":"n.jpg"}',
    'no record',
  ];
  const labels = Buffer.from(`${records.join('\n')}\n`);
  const folder = await folderOf({});
  await writeFile(join(folder, 'set-00.tar'), tarOf({ 'k.jpg': jpeg, './labels.jsonl': labels }));
  await writeFile(join(folder, 'set-01.tar'), tarOf({ 'labels.jsonl': labels, 'f.jpg': jpeg }));

  const { form, pictures, skipped } = await readDataSet(join(folder, 'set'));

  assert.equal(form, 'shard');
  assert.equal(pictures.length, 4);
  assert.deepEqual(
    skipped.map(({ file }) => file),
    [3, 4]
      .map((line) => `set-00.tar, line ${line}`)
      .concat([3, 4].map((line) => `set-01.tar, line ${line}`)),
  );
  const { bytes: readFace, ...face } = pictures[3]!;
  assert.deepEqual(face, {
    ...{ file: 'f.jpg', source: 'set-01.tar', fold: 3, partial: true },
    faces: [
      { box: [1, 2, 20, 20], label: 'no_mask' },
      { box: [0, 0, 5, 5], label: 'face', ignore: true },
      { box: [9, 9, 30, 30], label: 'face', ignore: true },
    ],
  });
  assert.deepEqual(Buffer.from(await readFace()), jpeg);
  assert.equal((await readDataSet(join(folder, 'set-01.tar'))).pictures.length, 2);
  assert.equal((await readDataSet(folder)).pictures.length, 4);
  await assert.rejects(async () => pictures[1]!.bytes(), /set-00.tar has no f.jpg/);
});

test('a tar that is cut off, or is none, is refused', async () => {
  const folder = await folderOf({ 'text.tar': 'not a tar at all'.repeat(100) });
  const whole = tarOf({ 'labels.jsonl': Buffer.from('{}'), 'k.jpg': jpeg });
  await writeFile(join(folder, 'cut.tar'), whole.subarray(0, 1600));

  await assert.rejects(readDataSet(join(folder, 'cut.tar')), problemOf('tar-invalid', /cut off/));
  await assert.rejects(readDataSet(join(folder, 'text.tar')), problemOf('tar-invalid', /damaged/));
});

test('what is no data set is refused, and it is said what was expected', async () => {
  const pictures = await folderOf({ 'a.jpg': undefined });

  await assert.rejects(
    readDataSet(pictures),
    problemOf('data-form', /pictures without labels.*VOC/),
  );
  await assert.rejects(
    readDataSet(join(pictures, 'b')),
    problemOf('data-missing', /folder per class/),
  );
  await assert.rejects(readDataSet(join(pictures, 'a.jpg')), problemOf('data-form', /no tar/));
});

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
