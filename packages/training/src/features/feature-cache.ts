import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** Bytes of all files together; the oldest leave first. */
const most = 2 * 1024 ** 3;
/** After leaving: room until the next time, so that it is not looked at again at once. */
const leftAfterwards = 0.8 * most;
const magic = 'MWF1';
const headerBytes = 12;

/** XDG_CACHE_HOME where set, else ~/.cache. */
export function featureCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'maskwatch', 'features');
}

/** Rows of features on disk, by a key that holds all that decides them. */
export class FeatureCache {
  readonly #folder: string;
  readonly #limit: number;
  #written = 0;
  #drafts = 0;
  #pruning: Promise<void> | undefined;

  /** @param limit bytes kept at most; for tests. */
  constructor(folder: string, limit = most) {
    this.#folder = folder;
    this.#limit = limit;
  }

  /** Undefined where there is nothing of that key and length, or the file is damaged. */
  async read(key: string, length: number): Promise<Float32Array | undefined> {
    const path = this.#path(key);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) return undefined;
    const values = valuesOf(bytes, length);
    if (values === undefined) return undefined;
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
    return values;
  }

  /** Written whole or not at all; a disk that is full costs time later, not the run. */
  async write(key: string, values: Float32Array): Promise<void> {
    const path = this.#path(key);
    const body = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    const header = Buffer.alloc(headerBytes);
    header.write(magic);
    header.writeUInt32LE(values.length, 4);
    header.writeUInt32LE(crc32(body), 8);
    try {
      await mkdir(join(path, '..'), { recursive: true });
      this.#drafts += 1;
      const draft = `${path}.${process.pid}-${this.#drafts}.new`;
      await writeFile(draft, [header, body]);
      await rename(draft, path);
    } catch {
      return;
    }
    this.#written += headerBytes + body.length;
    if (this.#written > this.#limit / 10) await this.prune();
  }

  /** Removes the files that were used longest ago where there are too many. */
  prune(): Promise<void> {
    this.#pruning ??= this.#prune().finally(() => {
      this.#pruning = undefined;
    });
    return this.#pruning;
  }

  async #prune(): Promise<void> {
    this.#written = 0;
    const files = await this.#files();
    let total = files.reduce((sum, file) => sum + file.size, 0);
    if (total <= this.#limit) return;
    files.sort((a, b) => a.used - b.used);
    const wanted = Math.min(leftAfterwards, 0.8 * this.#limit);
    for (const { path, size } of files) {
      if (total <= wanted) return;
      await rm(path, { force: true });
      total -= size;
    }
  }

  async #files(): Promise<{ path: string; size: number; used: number }[]> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    const files: { path: string; size: number; used: number }[] = [];
    for (const entry of entries.filter((one) => one.isFile())) {
      const path = join(entry.parentPath, entry.name);
      const found = await stat(path).catch(() => undefined);
      if (found !== undefined) files.push({ path, size: found.size, used: found.mtimeMs });
    }
    return files;
  }

  #path(key: string): string {
    const name = createHash('sha256').update(key).digest('hex');
    return join(this.#folder, name.slice(0, 2), name);
  }
}

function valuesOf(bytes: Buffer, length: number): Float32Array | undefined {
  const body = bytes.subarray(headerBytes);
  const whole =
    body.length === 4 * length &&
    bytes.toString('latin1', 0, 4) === magic &&
    bytes.readUInt32LE(4) === length &&
    bytes.readUInt32LE(8) === crc32(body);
  // Copied: floats have to start at a multiple of four.
  return whole ? new Float32Array(new Uint8Array(body).buffer) : undefined;
}
