/** Evidence files: written so that a power cut leaves whole files or none. */
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { EvidenceFiles } from './evidence-files.ts';

export class EvidenceFolder implements EvidenceFiles {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Answers the path below the folder. Throws what the file system says: a full disk, no rights. */
  async write(id: string, jpeg: Uint8Array, capturedAt: number): Promise<string> {
    const day = new Date(capturedAt).toISOString().slice(0, 10);
    const path = join(day, `${id}.jpg`);
    await this.put(path, jpeg);
    return path;
  }

  /** Under the path that a row has already; what is there is replaced. */
  async put(path: string, jpeg: Uint8Array): Promise<void> {
    const target = this.#inside(path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const temporary = `${target}.part`;
    try {
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(jpeg);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
      await syncFolder(dirname(target));
    } catch (fault) {
      await rm(temporary, { force: true }).catch(() => {});
      throw fault;
    }
  }

  async read(path: string): Promise<Buffer> {
    return readFile(this.#inside(path));
  }

  async remove(path: string): Promise<void> {
    await rm(this.#inside(path), { force: true });
  }

  async writtenBefore(time: number): Promise<string[]> {
    const options = { recursive: true, withFileTypes: true } as const;
    const entries = await readdir(this.directory, options).catch(() => []);
    const old: string[] = [];
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      const changed = await stat(path).catch(() => undefined);
      if (changed?.isFile() && changed.mtimeMs < time) old.push(relative(this.directory, path));
    }
    return old;
  }

  /** A path comes from a row, and a row may come from a file that somebody else made. */
  #inside(path: string): string {
    const root = resolve(this.directory);
    const file = resolve(root, path);
    if (!file.startsWith(root + sep)) throw new Error(`${path} is outside the evidence folder`);
    return file;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
