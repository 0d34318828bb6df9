import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, Problem } from '@maskwatch/platform/problem';

/** A file that was given to an import. */
export interface SourceFile {
  path: string;
  /** Without its folders: what the card says. */
  name: string;
  bytes: Uint8Array;
  sha256: string;
}

/** Full YOLOv4 has 256 MB of weights; what is larger than this runs on no camera's machine. */
export const mostWeightBytes = 512 * 1024 ** 2;
/** Descriptions (cfg, JSON, names) are text. */
export const mostTextBytes = 32 * 1024 ** 2;

/** Reads a file of at most `most` bytes. Problems: import-missing, import-too-large. */
export async function readSource(path: string, most: number): Promise<SourceFile> {
  const found = await stat(path).catch((cause: unknown) => {
    const absent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw missing(path, absent ? 'there is no such file' : messageOf(cause), cause);
  });
  if (!found.isFile()) throw missing(path, 'it is no file');
  if (found.size > most) {
    throw new Problem(
      'import-too-large',
      `${path} has ${found.size} bytes; of its kind ${most} are read.`,
      { action: 'Give the file that the message names in its right place.', status: 422 },
    );
  }
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw missing(path, messageOf(cause), cause);
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, name: basename(path), bytes, sha256 };
}

function missing(path: string, why: string, cause?: unknown): Problem {
  return new Problem('import-missing', `${path} cannot be read: ${why}.`, {
    action: 'Correct the path.',
    cause,
    status: 400,
  });
}
