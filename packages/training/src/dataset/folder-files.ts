import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { Problem } from '@maskwatch/platform/problem';

const mostFiles = 300_000;
const deepest = 8;
const longestPicture = 64 * 1024 * 1024;
const pictureNames = new Set(['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff', '.bmp']);

/** The files of a data set's folder, each by its path below it. */
export interface FolderFiles {
  folder: string;
  /** In the order of their names, `/` between folders. */
  pictures: string[];
  /** Everything else. */
  others: string[];
}

/**
 * Every file below a folder, links left out, 8 folders deep. Problem data-too-large from 300,000
 * files on.
 */
export async function folderFiles(folder: string): Promise<FolderFiles> {
  const files: FolderFiles = { folder, pictures: [], others: [] };
  const waiting: { below: string; depth: number }[] = [{ below: '', depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { below, depth } = next;
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && depth < deepest) waiting.push({ below: path, depth: depth + 1 });
      if (!entry.isFile()) continue;
      (isPicture(path) ? files.pictures : files.others).push(path);
    }
    if (files.pictures.length + files.others.length > mostFiles) throw tooLarge(folder);
  }
  files.pictures.sort();
  files.others.sort();
  return files;
}

export function isPicture(path: string): boolean {
  return pictureNames.has(extname(path).toLowerCase());
}

/** The bytes of one file; Problem file-too-large beyond `most` (64 MiB where not said). */
export async function readBounded(path: string, most = longestPicture): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > most) {
    throw new Problem('file-too-large', `it has ${size} bytes, over ${most}`, { status: 400 });
  }
  const file = await open(path);
  try {
    const bytes = new Uint8Array(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

export async function readText(path: string, most: number): Promise<string> {
  return new TextDecoder().decode(await readBounded(path, most));
}

/** Name without folders and ending. */
export function stem(path: string): string {
  return basename(path, extname(path));
}

/** Pictures by their stem, to find the one that a file of labels means. */
export class PictureFinder {
  readonly #byStem = new Map<string, string[]>();

  constructor(pictures: readonly string[]) {
    for (const path of pictures) {
      const same = this.#byStem.get(stem(path));
      if (same === undefined) this.#byStem.set(stem(path), [path]);
      else same.push(path);
    }
  }

  /**
   * The picture of that stem: in `nearest` (a folder below DATA), else in the folder that shares most
   * of its path; undefined where none has it.
   */
  find(name: string, nearest: string): string | undefined {
    const same = this.#byStem.get(stem(name)) ?? [];
    const shared = (path: string) => commonLength(dirname(path).split('/'), nearest.split('/'));
    return same.reduce<string | undefined>((best, path) => {
      return best === undefined || shared(path) > shared(best) ? path : best;
    }, undefined);
  }
}

/**
 * Parts that two paths share, from the front and from the back: `images/train` is nearer to
 * `labels/train` than `images/val` is.
 */
function commonLength(a: readonly string[], b: readonly string[]): number {
  let front = 0;
  while (front < a.length && a[front] === b[front]) front += 1;
  let back = 0;
  while (back < Math.min(a.length, b.length) - front && a.at(-1 - back) === b.at(-1 - back))
    back += 1;
  return front + back;
}

function tooLarge(folder: string): Problem {
  return new Problem('data-too-large', `${folder} holds over ${mostFiles} files.`, {
    action: 'Name the folder of the data set itself, or a part of it.',
    status: 400,
  });
}
