import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { seededRandom } from '../features/seeded-random.ts';
import { readPicture } from './decode-picture.ts';
import { correlation, fingerprintOf, hashDistance, mirrored } from './fingerprint.ts';
import { nearDuplicateGroups, type Printed } from './near-duplicates.ts';

/** Soft blots, others for each seed, 160 by 120 pixels. */
function scene(seed: number): Sharp {
  const random = seededRandom(`scene ${seed}`);
  const coarse = Uint8Array.from({ length: 3 * 8 * 6 }, () => 256 * random());
  const raw = { width: 8, height: 6, channels: 3 as const };
  return sharp(coarse, { raw }).resize(160, 120, { kernel: 'cubic' });
}

async function printed(file: string, bytes: Buffer): Promise<Printed> {
  return { file, print: fingerprintOf(bytes, await readPicture(bytes)) };
}

test('copies at another size, quality and brightness are one group; other pictures are not', async () => {
  const png = await scene(1).png().toBuffer();
  const pictures = [
    await printed('b/a.png', png),
    await printed('b/unlike.png', await scene(2).png().toBuffer()),
    await printed('c/x.jpg', await sharp(png).resize(90, 68).jpeg({ quality: 30 }).toBuffer()),
    await printed('d/z.png', await sharp(png).modulate({ brightness: 1.1 }).png().toBuffer()),
    await printed('e/same.png', await scene(2).png().toBuffer()),
  ];

  assert.deepEqual([...nearDuplicateGroups(pictures)], [0, 1, 0, 0, 1]);
});

test('a mirrored copy is found by its name; a number alone joins nothing', async () => {
  const mirror = await scene(3).png().toBuffer();
  const flipped = await sharp(mirror).flop().png().toBuffer();
  const pictures = [
    await printed('m/face_0001.png', mirror),
    await printed('m/face_0001_flip.png', flipped),
    await printed('m/face_0002.png', await scene(4).png().toBuffer()),
    await printed('m/face_0003.png', await scene(5).png().toBuffer()),
    await printed('n/other.png', flipped),
  ];

  assert.deepEqual([...nearDuplicateGroups(pictures)], [0, 0, 1, 2, 0]);
  const [one, other] = [pictures[0]!.print, pictures[1]!.print];
  assert.ok(hashDistance(mirrored(one).hash, other.hash) <= 2);
  assert.ok(correlation(mirrored(one).thumbnail, other.thumbnail) > 0.99);
});

test('views of one picture that a tool exported are one group, however they look', async () => {
  const pictures = [
    await printed('t/a_jpg.rf.0123456789abcdef.jpg', await scene(6).jpeg().toBuffer()),
    await printed('t/a_jpg.rf.fedcba9876543210.jpg', await scene(7).jpeg().toBuffer()),
    await printed('t/b_jpg.rf.0000000000000000.jpg', await scene(8).jpeg().toBuffer()),
  ];

  assert.deepEqual([...nearDuplicateGroups(pictures)], [0, 0, 1]);
});

test('even pictures are one group only where their bytes are equal', async () => {
  const even = (background: string) =>
    sharp({ create: { width: 20, height: 20, channels: 3, background } })
      .png()
      .toBuffer();
  const pictures = [
    await printed('a.png', await even('#333')),
    await printed('b.png', await even('#ccc')),
    await printed('c.png', await even('#333')),
  ];

  assert.deepEqual([...nearDuplicateGroups(pictures)], [0, 1, 0]);
});

test('ten thousand pictures are compared in seconds', () => {
  const random = seededRandom('many');
  const thumbnail = new Float32Array(256);
  const word = () => (random() * 2 ** 32) | 0;
  const pictures = Array.from({ length: 10_000 }, (_, i): Printed => {
    return { file: `n/p${i}.jpg`, print: { sha256: `${i}`, hash: [word(), word()], thumbnail } };
  });
  const started = performance.now();

  assert.equal(new Set(nearDuplicateGroups(pictures)).size, 10_000);
  assert.ok(performance.now() - started < 8000);
});
