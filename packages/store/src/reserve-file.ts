import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { freeBytes } from './sqlite/file-system.ts';

const chunk = 1 << 20;

/** Room that is given up when the disk is full, so that one more alert can be committed. */
export class ReserveFile {
  readonly #path: string;
  readonly #directory: string;
  readonly #bytes: number;

  constructor(options: { path: string; directory: string; bytes: number }) {
    this.#path = options.path;
    this.#directory = options.directory;
    this.#bytes = options.bytes;
  }

  get present(): boolean {
    return statSync(this.#path, { throwIfNoEntry: false })?.size === this.#bytes;
  }

  /** False when it was given up already. */
  release(): boolean {
    const had = this.present;
    rmSync(this.#path, { force: true });
    return had;
  }

  /** True when the reserve is there afterwards. Twice its size must be free: once may be the last. */
  restore(): boolean {
    if (this.present) return true;
    rmSync(this.#path, { force: true });
    if (freeBytes(this.#directory) < 2 * this.#bytes) return false;
    try {
      this.#write();
      return true;
    } catch (error) {
      // Full after all, over a quota or failing: a reserve is worth trying for, not failing for.
      rmSync(this.#path, { force: true });
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return false;
    }
  }

  #write(): void {
    // Random, because zeros take no room on a file system that compresses or keeps holes.
    const noise = randomFillSync(Buffer.alloc(Math.min(chunk, this.#bytes)));
    const file = openSync(this.#path, 'w', 0o600);
    try {
      for (let left = this.#bytes; left > 0; ) {
        left -= writeSync(file, noise, 0, Math.min(left, noise.length));
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
