/** The labelled shards as a folder per class, as the notebook reads them. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What the notebook tells apart. */
const classes = ['mask', 'no_mask'];

/** MASKWATCH_DATA, or shared/data beside the checkout. */
export function dataFolder(): string {
  return process.env.MASKWATCH_DATA ?? join(import.meta.dirname, '../../../shared/data');
}

export function hasShard(shard: string): boolean {
  return existsSync(join(dataFolder(), `${shard}-00.tar`));
}

/** Unpacks a shard below `directory`; answers its folder. */
export async function unpackShard(shard: string, directory: string): Promise<string> {
  const folder = join(directory, 'shards', shard);
  await mkdir(folder, { recursive: true });
  await promisify(execFile)('tar', ['-xf', join(dataFolder(), `${shard}-00.tar`), '-C', folder]);
  return folder;
}

/** A folder with a folder a class, of a shard with one label a picture. */
export async function classFolders(shard: string, directory: string): Promise<string> {
  const from = await unpackShard(shard, directory);
  const folder = join(directory, shard);
  for (const name of classes) await mkdir(join(folder, name), { recursive: true });
  const lines = (await readFile(join(from, 'labels.jsonl'), 'utf8')).trim().split('\n');
  for (const line of lines) {
    const { file, label } = JSON.parse(line) as { file: string; label: string };
    if (classes.includes(label)) await copyFile(join(from, file), join(folder, label, file));
  }
  return folder;
}
