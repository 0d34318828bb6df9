import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { mediaFiles } from './media-files.ts';

const folder = await mkdtemp(join(tmpdir(), 'maskwatch-media-'));
after(() => rm(folder, { recursive: true }));
await mkdir(join(folder, 'sub', 'deep'), { recursive: true });
await mkdir(join(folder, 'out'));
for (const file of [
  'b.jpg',
  'a.PNG',
  'labels.jsonl',
  'sub/film.mp4',
  'sub/deep/c.webp',
  'out/b.jpg',
]) {
  await writeFile(join(folder, file), '');
}
await symlink(folder, join(folder, 'sub', 'back'));

test('folders are read with their subfolders, named below the path, and the rest is counted', async () => {
  const found = await mediaFiles([folder], join(folder, 'out'));
  assert.deepEqual(
    found.files.map(({ kind, file }) => [kind, file]),
    [
      ['picture', 'a.PNG'],
      ['picture', 'b.jpg'],
      ['picture', 'sub/deep/c.webp'],
      ['film', 'sub/film.mp4'],
    ],
  );
  assert.deepEqual([found.passedOver, found.broken], [2, []]);
});

test('a file that was named is broken where a folder would pass it over', async () => {
  const found = await mediaFiles([join(folder, 'b.jpg'), join(folder, 'labels.jsonl'), '/absent']);
  assert.deepEqual(
    found.files.map(({ file }) => file),
    ['b.jpg'],
  );
  const [labels, absent] = found.broken;
  assert.match(labels!.reason, /neither a picture \(.jpg .* nor a film \(.mp4/);
  assert.deepEqual(absent, { file: '/absent', reason: 'there is no such file or folder' });
});
