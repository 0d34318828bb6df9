import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { messageOf } from '@maskwatch/platform/problem';

export interface MediaFile {
  kind: 'picture' | 'film';
  path: string;
  /** Below the PATH that named it; the file's own name where PATH is the file. */
  file: string;
}

export interface MediaFiles {
  files: MediaFile[];
  /** Files in folders that are neither picture nor film. */
  passedOver: number;
  /** PATHs and folders that could not be read, each with its reason. */
  broken: { file: string; reason: string }[];
}

const pictures = new Set(['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff']);
const films = new Set(['.mp4', '.m4v', '.mov', '.mkv', '.webm', '.ts', '.avi']);

/**
 * Pictures and films of the given paths, folders with their subfolders, by name. Links to folders
 * are not followed (they may lead back); the folder `except` is left out.
 */
export async function mediaFiles(paths: readonly string[], except?: string): Promise<MediaFiles> {
  const found: MediaFiles = { files: [], passedOver: 0, broken: [] };
  for (const path of paths) {
    try {
      if ((await stat(path)).isDirectory()) await walk(path, { file: '', except, found });
      else found.files.push(namedFile(path));
    } catch (thrown) {
      found.broken.push({ file: path, reason: reasonOf(thrown) });
    }
  }
  return found;
}

function namedFile(path: string): MediaFile {
  const kind = kindOf(path);
  if (kind !== undefined) return { kind, path, file: basename(path) };
  throw new Error(
    `neither a picture (${[...pictures].join(' ')}) nor a film (${[...films].join(' ')})`,
  );
}

function kindOf(path: string): MediaFile['kind'] | undefined {
  const extension = extname(path).toLowerCase();
  if (pictures.has(extension)) return 'picture';
  return films.has(extension) ? 'film' : undefined;
}

async function walk(
  folder: string,
  { file, except, found }: { file: string; except: string | undefined; found: MediaFiles },
): Promise<void> {
  if (except !== undefined && resolve(folder) === resolve(except)) return;
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const below = join(file, entry.name);
    const kind = kindOf(entry.name);
    if (entry.isDirectory()) {
      await walk(path, { file: below, except, found }).catch((thrown: unknown) => {
        found.broken.push({ file: below, reason: reasonOf(thrown) });
      });
    } else if (kind === undefined || !(entry.isFile() || entry.isSymbolicLink())) {
      found.passedOver += 1;
    } else {
      found.files.push({ kind, path, file: below });
    }
  }
}

/** What the system says, in words. */
function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read';
  return messageOf(thrown);
}
