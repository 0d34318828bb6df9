import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { readClassFolders } from './class-folders.ts';
import type { ClassNames } from './class-names.ts';
import { cocoFiles, readCoco } from './coco-json.ts';
import type { DataSet } from './dataset.ts';
import { type FolderFiles, folderFiles } from './folder-files.ts';
import { labelsFile, readShardFolder, readShards } from './shard.ts';
import { readVoc, vocFiles } from './voc-xml.ts';
import { readYolo, yoloFiles } from './yolo-text.ts';

export interface ReadOptions {
  /** What the classes of DATA are, by their names or (YOLO) numbers; see parseNames. */
  names?: ClassNames;
}

/**
 * Reads the labels of DATA in whichever form is there; pictures are read when they are asked for.
 *
 * - a folder per class
 * - a shard: NAME.tar, a folder of tars, NAME for NAME-00.tar, NAME-01.tar and so on, or a folder with
 *   labels.jsonl
 * - VOC XML, YOLO text or COCO JSON with pictures
 *
 * Labels that cannot be read are listed in `skipped`. Problems: data-missing, data-form where it is
 * none of these, names-unknown, data-too-large, tar-invalid.
 */
export async function readDataSet(path: string, options: ReadOptions = {}): Promise<DataSet> {
  const kind = await stat(path).catch(() => undefined);
  if (kind === undefined) {
    const parts = await numberedShards(path);
    if (parts.length > 0) return readShards(parts);
    throw new Problem('data-missing', `There is nothing at ${path}.`, {
      action: forms,
      status: 400,
    });
  }
  if (kind.isFile()) {
    if (path.endsWith('.tar')) return readShards([path]);
    throw noForm(path, 'a file that is no tar');
  }
  const files = await folderFiles(path).catch((cause: unknown) => {
    if (cause instanceof Problem) throw cause;
    const message = `${path} cannot be read: ${messageOf(cause)}`;
    throw new Problem('data-missing', message, { cause, status: 400 });
  });
  return readFolder(files, options);
}

async function readFolder(files: FolderFiles, { names }: ReadOptions): Promise<DataSet> {
  const { folder, others, pictures } = files;
  if (others.includes(labelsFile)) return readShardFolder(folder, pictures);
  const tars = others.filter((file) => file.endsWith('.tar') && !file.includes('/'));
  if (tars.length > 0) return readShards(tars.map((tar) => join(folder, tar)));
  if (pictures.length === 0) throw noForm(folder, 'a folder without pictures');
  if (vocFiles(files).length > 0) return readVoc(files, names);
  if ((await cocoFiles(files)).length > 0) return readCoco(files, names);
  if (yoloFiles(files).length > 0) return readYolo(files, names);
  if (pictures.some((picture) => picture.includes('/'))) return readClassFolders(files, names);
  throw noForm(folder, 'pictures without labels');
}

/** NAME-00.tar and so on beside the place that `path` names. */
async function numberedShards(path: string): Promise<string[]> {
  const folder = dirname(path);
  const found = await readdir(folder).catch(() => []);
  const stemmed = found.filter(
    (file) =>
      file.startsWith(`${basename(path)}-`) &&
      /^\d+\.tar$/.test(file.slice(basename(path).length + 1)),
  );
  return stemmed.sort().map((file) => join(folder, file));
}

const forms =
  'DATA is a folder per class (with_mask/, without_mask/), a shard (NAME.tar, or a folder with ' +
  'labels.jsonl), or pictures with VOC XML, YOLO text or COCO JSON.';

function noForm(path: string, what: string): Problem {
  return new Problem('data-form', `${path} is ${what}: it cannot be told what the pictures show.`, {
    action: forms,
    status: 400,
  });
}
