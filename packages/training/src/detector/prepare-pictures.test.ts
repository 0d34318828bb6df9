import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import type { DataPicture, LabelledFace } from '../dataset/dataset.ts';
import { listLine, sizesAt, type TaughtClass } from './labels-for-detector.ts';
import { preparePictures, writeList } from './prepare-pictures.ts';

const faces: LabelledFace[] = [
  { box: [10, 20, 40, 60], label: 'mask' },
  { box: [60, 20, 40, 60], label: 'no_mask' },
  { box: [110, 20, 40, 60], label: 'incorrect' },
  { box: [160, 20, 40, 60], label: 'face' },
  { box: [210, 20, 9, 9], label: 'face', ignore: true },
];
const classesOf = (classes: TaughtClass[]) =>
  listLine({ faces }, { file: 'a.jpg', classes, scale: 1 }).boxes.map((box) => box[4]);

test('a detector of faces learns every face, one of states those that it knows', () => {
  assert.deepEqual(classesOf(['face']), [0, 0, 0, 0]);
  assert.deepEqual(classesOf(['mask', 'no_mask', 'incorrect']), [0, 1, 2, -1]);
  assert.deepEqual(classesOf(['mask', 'no_mask']), [0, 1, -1, -1]);
});

test('boxes are those of the copy; ignored and empty ones are no faces', () => {
  const line = listLine(
    { faces: [...faces.slice(3), { box: [1, 1, 0, 5], label: 'mask' }], partial: true },
    { file: 'a.jpg', classes: ['face'], scale: 0.5 },
  );

  assert.deepEqual(line, {
    file: 'a.jpg',
    boxes: [[80, 10, 20, 30, 0]],
    ignore: [[105, 10, 4.5, 4.5]],
    partial: true,
  });
  assert.deepEqual(sizesAt(416, [{ line, width: 208, height: 100 }]), [[40, 60]]);
});

test('large pictures are copied smaller, small ones as they are, broken ones listed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-prepare-'));
  t.after(() => rm(folder, { recursive: true }));
  const png = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#aa5533' } })
      .png()
      .toBuffer();
  const pictures: DataPicture[] = [
    { file: 'large.png', source: 'a', faces, bytes: () => png(960, 480) },
    { file: 'broken.png', source: 'a', faces, bytes: async () => Buffer.from('no picture') },
    { file: 'small.png', source: 'a', faces: [], bytes: () => png(100, 50) },
  ];
  const done: number[] = [];

  const { prepared, skipped } = await preparePictures({
    ...{ pictures, folder, classes: ['face'], size: 320 },
    ...{ signal: new AbortController().signal, onDone: (n) => done.push(n) },
  });
  await writeList(join(folder, 'training.jsonl'), prepared);

  assert.deepEqual(
    prepared.map(({ width, height, line }) => [width, height, line.file]),
    [
      [480, 240, 'pictures/000000.jpg'],
      [100, 50, 'pictures/000002.jpg'],
    ],
  );
  assert.deepEqual(
    skipped.map(({ file }) => file),
    ['broken.png'],
  );
  assert.deepEqual(done, [1, 2, 3]);
  const lines = (await readFile(join(folder, 'training.jsonl'), 'utf8')).trim().split('\n');
  assert.deepEqual(JSON.parse(lines[0]!).boxes[0], [5, 10, 20, 30, 0]);
  const copy = await sharp(join(folder, 'pictures', '000000.jpg')).metadata();
  assert.deepEqual([copy.format, copy.width, copy.height], ['jpeg', 480, 240]);
});
