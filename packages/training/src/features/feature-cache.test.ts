import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FeatureCache, featureCacheFolder } from './feature-cache.ts';

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-features-'));
  folders.push(folder);
  return folder;
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

test('what was written is read again, by its key and length', async () => {
  const cache = new FeatureCache(await emptyFolder());
  const values = Float32Array.of(1.5, -2, 3e-7);

  await cache.write('one', values);

  assert.deepEqual(await cache.read('one', 3), values);
  assert.equal(await cache.read('one', 4), undefined);
  assert.equal(await cache.read('two', 3), undefined);
});

for (const [what, spoil] of [
  ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 2)],
  ['changed', (bytes: Buffer) => Buffer.from(bytes.map((byte, i) => (i === 14 ? byte ^ 1 : byte)))],
  ['empty', () => Buffer.alloc(0)],
] as const) {
  test(`a file that is ${what} counts as absent`, async () => {
    const folder = await emptyFolder();
    const cache = new FeatureCache(folder);
    await cache.write('one', Float32Array.of(1, 2, 3));
    const [path] = await filesOf(folder);
    await writeFile(path!, spoil(await readFile(path!)));

    assert.equal(await cache.read('one', 3), undefined);
  });
}

test('the files used longest ago leave when there are too many bytes', async () => {
  const folder = await emptyFolder();
  const large = new FeatureCache(folder);
  for (let n = 0; n < 10; n += 1) {
    await large.write(`key ${n}`, new Float32Array(100));
    // One after the other, in the past.
    const newest = (await filesOf(folder)).length;
    assert.equal(newest, n + 1);
  }
  const long = new Date(0);
  for (const path of await filesOf(folder)) await utimes(path, long, long);
  assert.ok((await large.read('key 3', 100)) !== undefined);

  await new FeatureCache(folder, 1000).prune();

  assert.ok((await filesOf(folder)).length <= 2);
  assert.ok((await large.read('key 3', 100)) !== undefined);
});

test('a folder that cannot be written to is no fault', async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, 'file'), '');
  const cache = new FeatureCache(join(folder, 'file'));

  await cache.write('one', Float32Array.of(1));

  assert.equal(await cache.read('one', 1), undefined);
});

test('the cache lies where caches lie', () => {
  assert.equal(featureCacheFolder({ XDG_CACHE_HOME: '/c' }), '/c/maskwatch/features');
  assert.match(featureCacheFolder({}), /\.cache\/maskwatch\/features$/);
});
