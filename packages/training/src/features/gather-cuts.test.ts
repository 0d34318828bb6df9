import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Box } from '@maskwatch/contracts/box';
import { Problem } from '@maskwatch/platform/problem';
import sharp from 'sharp';
import type { DataPicture, DataSet } from '../dataset/dataset.ts';
import { FeatureCache } from './feature-cache.ts';
import { gatherCuts } from './gather-cuts.ts';
import { seededRandom } from './seeded-random.ts';

/** 60 by 40 pixels of coloured squares. */
async function scene(seed: number): Promise<Uint8Array> {
  const random = seededRandom(`scene ${seed}`);
  const coarse = Uint8Array.from({ length: 3 * 12 * 8 }, () => 256 * random());
  const raw = { width: 12, height: 8, channels: 3 as const };
  return sharp(coarse, { raw }).resize(60, 40).jpeg().toBuffer();
}

async function picture(seed: number, given: Partial<DataPicture>): Promise<DataPicture> {
  const bytes = await scene(seed);
  return { file: `p${seed}.jpg`, source: 'made', bytes: async () => bytes, ...given };
}

function setOf(pictures: DataPicture[]): DataSet {
  return { form: 'shard', pictures, skipped: [{ file: 'x', reason: 'said before' }] };
}

const crop = { shape: 'square', side: 1.4 } as const;
const face: Box = [10, 10, 10, 20];

test('labelled faces are cut by their boxes; states unknown, ignored and small ones are not', async () => {
  const faces = [
    { box: face, label: 'no_mask' as const },
    { box: face, label: 'face' as const },
    { box: face, label: 'mask' as const, ignore: true },
    { box: [0, 0, 9, 9] as Box, label: 'incorrect' as const },
  ];
  const set = setOf([await picture(1, { faces }), await picture(2, { faces: [] })]);

  const { cuts, counts } = await gatherCuts(set, { crop, smallestFace: 10 });

  assert.deepEqual(
    cuts.map(({ box, label, from, region }) => ({ box, label, from, region })),
    [{ box: face, label: 'no_mask', from: 'label', region: [1, 6, 28, 28] }],
  );
  assert.deepEqual(counts, { label: 1, detector: 0, picture: 0 });
});

test('of a picture with one label the largest face is cut, else all of it; both are counted', async () => {
  const label = 'mask' as const;
  const set = setOf([
    await picture(3, { label }),
    await picture(4, { label }),
    await picture(3, { label }),
  ]);
  let asked = 0;
  const findFaces = async () => {
    asked += 1;
    const found = [
      { box: [0, 0, 5, 5] as Box, confidence: 0.9 },
      { box: face, confidence: 0.5 },
    ];
    return asked === 1 ? found : [];
  };

  const { cuts, counts, skipped } = await gatherCuts(set, { crop, findFaces, atOnce: 1 });

  assert.deepEqual(
    cuts.map(({ from, region, group }) => ({ from, region, group })),
    [
      { from: 'detector', region: [1, 6, 28, 28], group: 0 },
      { from: 'picture', region: [0, -10, 60, 60], group: 1 },
      { from: 'picture', region: [0, -10, 60, 60], group: 0 },
    ],
  );
  assert.deepEqual(counts, { label: 0, detector: 1, picture: 2 });
  assert.deepEqual(skipped, set.skipped);
});

test('without a detector every picture is its own box', async () => {
  const set = setOf([await picture(5, { label: 'mask' })]);

  const { cuts } = await gatherCuts(set, { crop: { shape: 'box', side: 1 } });

  assert.deepEqual(cuts[0]!.region, [0, 0, 60, 40]);
});

test('broken and absent pictures are listed, the rest goes on; other faults end it', async () => {
  const set = setOf([
    await picture(6, { label: 'mask', bytes: async () => (await scene(6)).subarray(0, 300) }),
    await picture(7, { label: 'mask', bytes: () => Promise.reject(new Error('ENOENT: gone')) }),
    await picture(8, { label: 'no_mask' }),
  ]);

  const { cuts, skipped } = await gatherCuts(set, { crop });

  assert.deepEqual(
    cuts.map(({ picture }) => picture.file),
    ['p8.jpg'],
  );
  assert.deepEqual(skipped.map(({ file }) => file).sort(), ['p6.jpg', 'p7.jpg', 'x']);
  const findFaces = () => Promise.reject(new Problem('inference-run', 'it does not run'));
  await assert.rejects(gatherCuts(set, { crop, findFaces }), { code: 'inference-run' });
});

test('what was found is remembered, also that nothing was', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-found-'));
  const remember = { cache: new FeatureCache(folder), detector: 'one' };
  const label = 'mask' as const;
  const set = setOf([await picture(9, { label }), await picture(10, { label })]);
  let asked = 0;
  const findFaces = async () => {
    asked += 1;
    return asked === 1 ? [{ box: [10.1, 10.2, 10, 20] as Box, confidence: 0.9 }] : [];
  };
  const options = { crop, findFaces, remember, atOnce: 1 };

  const first = await gatherCuts(set, options);
  const again = await gatherCuts(set, options);
  await rm(folder, { recursive: true });

  assert.equal(asked, 2);
  assert.deepEqual(
    again.cuts.map(({ box, from }) => [box, from]),
    first.cuts.map(({ box, from }) => [box, from]),
  );
});

test('it stops when it is told to', async () => {
  const set = setOf([await picture(11, { label: 'mask' })]);

  await assert.rejects(
    gatherCuts(set, { crop, signal: AbortSignal.abort(new Error('stop')) }),
    /stop/,
  );
});
