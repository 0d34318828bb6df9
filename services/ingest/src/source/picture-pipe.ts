/**
 * A pipe whose reader says where the next bytes go. A child's own stdout would hand over fresh
 * chunks to be copied; this reads straight into the frame (docs/adr/0001).
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface PictureReader {
  /** Where the next bytes go, and at most how many. Never empty. */
  target(): Uint8Array;
  /** `count` bytes were written to the last target. False: read no further until `resume`. */
  filled(count: number): boolean;
}

export interface PicturePipe {
  /** The child's end, to be closed with `started` once the child has it. */
  readonly writeEnd: number;
  started(): void;
  resume(): void;
  /** Reads on and forgets what it reads, so that the writer is never blocked. */
  drain(): void;
  /** The last writer is gone and everything was read. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Node opens no pipe of its own; a FIFO that is unlinked at once is one. */
export async function openPicturePipe(reader: PictureReader): Promise<PicturePipe> {
  const path = join(tmpdir(), `maskwatch-${randomUUID()}`);
  await promisify(execFile)('mkfifo', ['-m', '600', path]);
  let readEnd: number;
  let writeEnd: number;
  try {
    readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    writeEnd = openSync(path, constants.O_WRONLY);
  } finally {
    unlinkSync(path);
  }
  const sink = new Uint8Array(65_536);
  let draining = false;
  const socket = new Socket({
    fd: readEnd,
    readable: true,
    writable: false,
    onread: {
      buffer: () => (draining ? sink : reader.target()),
      callback: (count) => draining || reader.filled(count),
    },
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => socket.destroy());
  let open = true;
  const started = () => {
    if (open) closeSync(writeEnd);
    open = false;
  };
  return {
    writeEnd,
    started,
    resume: () => socket.resume(),
    drain() {
      draining = true;
      socket.resume();
    },
    closed,
    close() {
      started();
      socket.destroy();
    },
  };
}
