import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderOf } from './made-folder.ts';
import { tarIndex, tarMember } from './tar-archive.ts';

const long = `${'deep/'.repeat(30)}${'a'.repeat(90)}.txt`;

for (const format of ['ustar', 'pax', 'gnu'] as const) {
  test(`archives of tar in the format ${format}, long names too`, async () => {
    // What ustar can hold: 155 bytes of folders, 100 of the name.
    const folder = await folderOf({ 'data/a.txt': 'one', [`data/${long}`]: 'two' });
    const made = spawnSync('tar', [`--format=${format}`, '-cf', 'x.tar', '-C', 'data', '.'], {
      cwd: folder,
    });
    assert.equal(made.status, 0, made.stderr.toString());
    const path = join(folder, 'x.tar');

    const index = await tarIndex(path);

    assert.deepEqual([...index.keys()].sort(), ['a.txt', long].sort());
    assert.equal(Buffer.from(await tarMember(path, index.get(long)!)).toString(), 'two');
    assert.equal(Buffer.from(await tarMember(path, index.get('a.txt')!)).toString(), 'one');
    await truncate(path, 600);
    await assert.rejects(tarMember(path, index.get(long)!), { code: 'tar-invalid' });
  });
}
