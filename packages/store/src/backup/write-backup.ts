/**
 * One file for a whole store, of either kind: lines of JSON, compressed with zstd (`zstd -dc FILE`).
 *
 *     {"maskwatch":"backup","format":1,"program":"0.1.0","madeAt":"2025-01-31T12:00:00.000Z"}
 *     {"table":"violations","columns":["id","camera_id",…]}
 *     ["5f0c…","entrance",…]                  a row; of pictures the path and the JPEG in base64
 *     {"tables":{"violations":{"rows":1,"sha256":"…"},…}}
 *
 * The last line is there only if the file is whole. A later program adds columns and tables; what it does
 * not find keeps the default of its schema.
 */
import { createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { type Part, Tallies, tallied, type Value } from './parts.ts';
import { reportOf, type Source, type TransferReport } from './transfer.ts';

export const format = 1;

/** Level 1: pictures do not get smaller, and it is ten times faster on them than gzip. */
const compression = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
};

export interface BackupOptions {
  program: string;
  madeAt: number;
}

/**
 * Writes all of a store to a file that must not be there yet: under another name until it is whole and
 * on the disk. Only its owner can read it: it holds faces. Problems: `backup-exists`, `backup-file`.
 */
export async function writeBackup(
  source: Source,
  path: string,
  options: BackupOptions,
): Promise<TransferReport> {
  if ((await stat(path).catch(() => undefined)) !== undefined) {
    throw new Problem('backup-exists', `There is a file ${path} already.`, {
      ...{ status: 409, action: 'Name another one: a backup replaces none.' },
    });
  }
  const temporary = `${path}.part`;
  try {
    return await source.read(async (parts) => {
      const tallies = new Tallies();
      await writeFile(temporary, linesOf(tallied(parts, tallies), { ...options, tallies }));
      await rename(temporary, path);
      await syncFolder(dirname(path));
      return reportOf(tallies.finish());
    });
  } catch (fault) {
    await rm(temporary, { force: true }).catch(() => {});
    throw fault;
  }
}

/** A fault of the lines stays what it is, one of the file becomes `backup-file`. */
async function writeFile(path: string, lines: AsyncIterable<string>): Promise<void> {
  const read = Readable.from(lines);
  const file = createWriteStream(path, { mode: 0o600, flush: true });
  // The pipeline ends all of its streams with the fault of the first that failed.
  let failed: Readable | Writable | undefined;
  for (const stream of [read, file]) {
    stream.once('error', () => {
      failed ??= stream;
    });
  }
  try {
    await pipeline(read, createZstdCompress(compression), file);
  } catch (cause) {
    if (failed !== file) throw cause;
    throw new Problem('backup-file', `${path} cannot be written (${messageOf(cause)}).`, {
      ...{ cause, action: 'Name another place, or free room on its disk.' },
    });
  }
}

async function* linesOf(
  parts: AsyncIterable<Part>,
  { program, madeAt, tallies }: BackupOptions & { tallies: Tallies },
): AsyncGenerator<string, void> {
  const line = (value: unknown) => `${JSON.stringify(value)}\n`;
  yield line({ maskwatch: 'backup', format, program, madeAt: new Date(madeAt).toISOString() });
  let table = '';
  for await (const { table: of, rows } of parts) {
    if (of.name !== table) {
      table = of.name;
      yield line({ table, columns: Object.keys(of.columns) });
    }
    yield rows.map((row) => line(row.map(inFile))).join('');
  }
  yield line({ tables: Object.fromEntries(tallies.finish()) });
}

function inFile(value: Value): string | number | null {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
