import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { EvidenceFolder } from './evidence-folder.ts';

const capturedAt = Date.UTC(2025, 0, 31, 23, 59, 59);
let directory: string;
let folder: EvidenceFolder;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'maskwatch-evidence-'));
  folder = new EvidenceFolder(directory);
});
afterEach(() => rm(directory, { recursive: true }));

test('a picture lies under the day of its capture, for the service alone to read', async () => {
  const path = await folder.write('one', Uint8Array.of(1, 2, 3), capturedAt);

  assert.equal(path, join('2025-01-31', 'one.jpg'));
  assert.deepEqual([...(await folder.read(path))], [1, 2, 3]);
  assert.equal((await stat(join(directory, path))).mode & 0o777, 0o600);
  assert.equal((await stat(join(directory, '2025-01-31'))).mode & 0o777, 0o700);
  assert.deepEqual(await readdir(join(directory, '2025-01-31')), ['one.jpg']);
});

test('what cannot be written leaves nothing behind', async () => {
  await writeFile(join(directory, '2025-01-31'), 'a file where the folder has to be');

  await assert.rejects(folder.write('one', Uint8Array.of(1), capturedAt), { code: 'EEXIST' });

  assert.deepEqual(await readdir(directory), ['2025-01-31']);
});

test('what was removed is gone, and may be removed again', async () => {
  const path = await folder.write('one', Uint8Array.of(1), capturedAt);
  await folder.remove(path);
  await folder.remove(path);

  await assert.rejects(folder.read(path), { code: 'ENOENT' });
});
