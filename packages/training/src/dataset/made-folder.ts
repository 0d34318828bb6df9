import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { Problem } from '@maskwatch/platform/problem';
import sharp from 'sharp';

/** A grey picture of 40 by 20 pixels. */
export const jpeg = await sharp({
  create: { width: 40, height: 20, channels: 3, background: '#777' },
})
  .jpeg()
  .toBuffer();

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** A data set for a test: a folder with these files; `undefined` stands for `jpeg`. */
export async function folderOf(files: Record<string, string | undefined>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-data-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), text ?? jpeg);
  }
  return folder;
}

/** Says of what was thrown whether it is that Problem, with these words in it. */
export function problemOf(code: string, words: RegExp): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof Problem);
    assert.equal(thrown.code, code);
    assert.match(`${thrown.message} ${thrown.action}`, words);
    return true;
  };
}
