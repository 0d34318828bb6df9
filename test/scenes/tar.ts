import { open } from 'node:fs/promises';

const block = 512;

/** Where each file of a tar lies; names longer than 100 bytes are not read. */
export async function tarIndex(path: string): Promise<Map<string, { at: number; size: number }>> {
  const file = await open(path);
  try {
    const index = new Map<string, { at: number; size: number }>();
    const header = Buffer.alloc(block);
    let at = 0;
    while ((await file.read(header, 0, block, at)).bytesRead === block && header[0] !== 0) {
      const name = header.toString('utf8', 0, 100).replace(/\0.*$/s, '').replace(/^\.\//, '');
      const size = Number.parseInt(header.toString('latin1', 124, 136), 8);
      index.set(name, { at: at + block, size });
      at += block + Math.ceil(size / block) * block;
    }
    return index;
  } finally {
    await file.close();
  }
}

/** Reads one file of a tar that `tarIndex` found. */
export async function tarMember(
  path: string,
  { at, size }: { at: number; size: number },
): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const bytes = new Uint8Array(size);
    await file.read(bytes, 0, size, at);
    return bytes;
  } finally {
    await file.close();
  }
}
