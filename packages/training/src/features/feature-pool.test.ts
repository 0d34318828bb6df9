import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { FeaturesModel } from '@maskwatch/contracts/model';
import { type LoadedModel, loadModel } from '@maskwatch/runtime/registry';
import sharp from 'sharp';
import { parseAugmentation } from './augmentation.ts';
import { type CutSource, openFeaturePool } from './feature-pool.ts';

const cache = await mkdtemp(join(tmpdir(), 'maskwatch-pool-'));
after(() => rm(cache, { recursive: true, force: true }));
const model = (await loadModel('mobilenetv2-imagenet')) as LoadedModel<FeaturesModel>;
const augmentation = parseAugmentation('zoom,rotate,flip,blur');

function cutOf(bytes: Uint8Array): CutSource {
  const picture = { file: 'x.png', source: 'x', bytes: async () => bytes };
  return { picture, region: [10, 0, 64, 64] };
}

/** Coloured stripes and squares, 90 by 70 pixels: flat colours and noise leave all features at 0. */
async function pattern(seed: number): Promise<Uint8Array> {
  const pixels = Uint8Array.from({ length: 3 * 90 * 70 }, (_, i) => {
    const [x, y, channel] = [Math.floor(i / 3) % 90, Math.floor(i / 270), i % 3];
    return (x >> (2 + channel)) % 2 === (y >> seed) % 2 ? 220 - 30 * seed : 40 * channel;
  });
  return sharp(pixels, { raw: { width: 90, height: 70, channels: 3 } })
    .png()
    .toBuffer();
}

const cuts = await Promise.all([1, 2, 3, 4, 5].map(async (seed) => cutOf(await pattern(seed))));

test('features of every view; computed once, then from the cache', async () => {
  const pool = await openFeaturePool({ model, size: 32, threads: 2, cache });
  const wanted = { count: 3, augmentation, seed: 1 };

  const first = await Promise.all(cuts.map((cut) => pool.views(cut, wanted)));
  assert.deepEqual(pool.counts(), { cached: 0, computed: 15 });
  const again = await Promise.all(cuts.map((cut) => pool.views(cut, wanted)));
  await pool.close();

  assert.equal(pool.channels, 1280);
  assert.equal(first[0]!.length, 3 * 1280);
  assert.deepEqual(again, first);
  assert.deepEqual(pool.counts(), { cached: 15, computed: 15 });
  const [plain, augmented] = [first[0]!.subarray(0, 1280), first[0]!.subarray(1280, 2560)];
  assert.ok(plain.some((value) => value > 0));
  assert.ok(plain.some((value, i) => value !== augmented[i]));
});

test('another seed gives other views, but the same view 0', async () => {
  const pool = await openFeaturePool({ model, size: 32, threads: 1, cache });
  const one = await pool.views(cuts[0]!, { count: 2, augmentation, seed: 1 });
  const two = await pool.views(cuts[0]!, { count: 2, augmentation, seed: 2 });
  await pool.close();

  assert.deepEqual(one.subarray(0, 1280), two.subarray(0, 1280));
  assert.ok(one.subarray(1280).some((value, i) => value !== two[1280 + i]));
});

test('pixels of a view and a thumbnail; a broken picture is a Problem of its own', async () => {
  const pool = await openFeaturePool({ model, size: 32, threads: 1 });
  const broken = cutOf(Buffer.from('no picture'));

  const [pixels, failed, jpeg] = await Promise.allSettled([
    pool.pixels(cuts[0]!, { first: 1, count: 2, augmentation, seed: 1 }),
    pool.pixels(broken, { count: 1, seed: 1 }),
    pool.thumbnail(cuts[1]!),
  ]);
  await pool.close();

  assert.equal(pixels.status === 'fulfilled' && pixels.value.length, 2 * 3 * 32 * 32);
  assert.equal(failed.status === 'rejected' && failed.reason.code, 'picture-unreadable');
  assert.ok(jpeg.status === 'fulfilled');
  const { width, height, format } = await sharp(jpeg.value).metadata();
  assert.deepEqual([width, height, format], [96, 96, 'jpeg']);
  await assert.rejects(pool.thumbnail(cuts[0]!), { code: 'features-closed' });
});

test('closing waits for what is under way, and refuses what only waits', async () => {
  const pool = await openFeaturePool({ model, size: 64, threads: 1 });
  const wanted = { count: 2, augmentation, seed: 9 };
  const results = Promise.allSettled([1, 2].map((n) => pool.views(cuts[n]!, wanted)));
  await pool.close();

  const [first, second] = await results;
  assert.equal(first!.status === 'fulfilled' && first!.value.length, 2 * 1280);
  assert.equal(second!.status === 'rejected' && second!.reason.code, 'features-closed');
});

test('a network that cannot be opened is told', async () => {
  const none = { ...model, path: join(cache, 'none.onnx') };

  await assert.rejects(openFeaturePool({ model: none, size: 32 }), { code: 'model-open' });
});
