import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DataPicture } from '@maskwatch/training/dataset/dataset';
import { fingerprintOf } from '@maskwatch/training/dataset/fingerprint';
import type { PreparedPicture } from '@maskwatch/training/detector/prepare-pictures';
import { seededRandom } from '@maskwatch/training/features/seeded-random';
import { splitForDetector } from './split-data.ts';

/** A picture of noise that its word decides, with one face of each class. */
function prepared(file: string, looks: string, classes: number[]): PreparedPicture {
  const random = seededRandom(looks);
  const data = new Uint8Array(3 * 32 * 32);
  for (let n = 0; n < data.length; n += 1) data[n] = 255 * random();
  const picture: DataPicture = { file, source: 'a', faces: [], bytes: async () => data };
  const boxes = classes.map((n) => [1, 1, 20, 20, n] as [number, number, number, number, number]);
  return {
    picture,
    line: { file, boxes, ignore: [], partial: false },
    print: fingerprintOf(Buffer.from(looks), { data, width: 32, height: 32 }),
    ...{ width: 32, height: 32 },
  };
}

test('near-duplicates stay on one side, and rare classes are on both', () => {
  const usual = Array.from({ length: 60 }, (_, n) => prepared(`a${n}.jpg`, `twin ${n >> 1}`, [0]));
  const rare = Array.from({ length: 10 }, (_, n) => prepared(`b${n}.jpg`, `rare ${n}`, [0, 2]));

  const { training, validation, groups } = splitForDetector([...usual, ...rare], { seed: 3 });

  assert.equal(training.length + validation.length, 70);
  assert.equal(groups, 40);
  assert.ok(validation.length >= 12 && validation.length <= 16, String(validation.length));
  const hashes = new Set(training.map(({ print }) => print.sha256));
  assert.ok(validation.every(({ print }) => !hashes.has(print.sha256)));
  const rares = validation.filter(({ line }) => line.boxes.length > 1).length;
  assert.ok(rares >= 1 && rares <= 3, String(rares));
});

test('a data set of its own is the validation part', () => {
  const all = ['a', 'b', 'c'].map((file) => prepared(file, file, [0]));

  const split = splitForDetector(all, { own: new Set([all[2]!.picture]), seed: 1 });

  assert.deepEqual(split, { training: all.slice(0, 2), validation: all.slice(2) });
});
