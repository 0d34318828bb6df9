import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderOf, jpeg, problemOf } from './made-folder.ts';
import { readDataSet } from './read-data-set.ts';

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

test('folders of classes may lie deeper, below train and val', async () => {
  const folder = await folderOf({
    'archive/train/with_mask/a.jpg': undefined,
    'archive/train/no_mask/b.jpg': undefined,
    'archive/val/with_mask/a.jpg': undefined,
  });

  const { pictures } = await readDataSet(folder);

  assert.deepEqual(pictures.map(({ file, label }) => [file, label]).sort(), [
    ['archive/train/no_mask/b.jpg', 'no_mask'],
    ['archive/train/with_mask/a.jpg', 'mask'],
    ['archive/val/with_mask/a.jpg', 'mask'],
  ]);
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
