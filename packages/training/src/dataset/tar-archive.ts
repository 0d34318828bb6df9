import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Problem } from '@maskwatch/platform/problem';

const block = 512;
/** What is longer is no picture and no list of labels. */
const longestMember = 512 * 1024 * 1024;
const mostMembers = 500_000;
/** Of a name, or of all that pax says of one file. */
const longestHeader = 64 * 1024;

export interface TarMember {
  /** Of the first byte, in the archive. */
  at: number;
  size: number;
}

/**
 * Where each file of a tar lies (POSIX ustar and pax, GNU's long names); folders and links are left
 * out. Problem tar-invalid where the archive is cut off or none.
 */
export async function tarIndex(path: string): Promise<Map<string, TarMember>> {
  const file = await open(path);
  try {
    const { size: length } = await file.stat();
    return await readIndex({ file, length, name: basename(path) });
  } finally {
    await file.close();
  }
}

async function readIndex({
  file,
  length,
  name: archive,
}: {
  file: FileHandle;
  length: number;
  name: string;
}): Promise<Map<string, TarMember>> {
  const index = new Map<string, TarMember>();
  const header = Buffer.alloc(block);
  let longName: string | undefined;
  for (let at = 0; at + block <= length; ) {
    await file.read(header, 0, block, at);
    if (header[0] === 0) return index;
    const size = sizeOf(header);
    if (!hasChecksum(header) || size === undefined) throw damaged(archive, 'a header is damaged');
    const start = at + block;
    if (start + size > length) throw damaged(archive, 'it is cut off');
    const type = String.fromCharCode(header[156]!);
    if ((type === 'L' || type === 'x') && size <= longestHeader) {
      const bytes = Buffer.alloc(size);
      await file.read(bytes, 0, size, start);
      longName = type === 'L' ? text(bytes, 0, size) : (paxPath(bytes) ?? longName);
    } else {
      if (type === '0' || type === '\0') {
        index.set((longName ?? nameOf(header)).replace(/^\.\//, ''), { at: start, size });
        if (index.size > mostMembers) throw damaged(archive, `it has over ${mostMembers} files`);
      }
      longName = undefined;
    }
    at = start + Math.ceil(size / block) * block;
  }
  return index;
}

/** Reads one file that `tarIndex` found. */
export async function tarMember(path: string, { at, size }: TarMember): Promise<Uint8Array> {
  if (size > longestMember) throw damaged(basename(path), `a file of ${size} bytes is too long`);
  const file = await open(path);
  try {
    const bytes = new Uint8Array(size);
    const { bytesRead } = await file.read(bytes, 0, size, at);
    if (bytesRead < size) throw damaged(basename(path), 'it is cut off');
    return bytes;
  } finally {
    await file.close();
  }
}

function text(bytes: Buffer, start: number, length: number): string {
  const part = bytes.toString('utf8', start, start + length);
  const end = part.indexOf('\0');
  return end < 0 ? part : part.slice(0, end);
}

function nameOf(header: Buffer): string {
  const name = text(header, 0, 100);
  const prefix =
    text(header, 257, 5) === 'ustar' && header[263] === 0x30 ? text(header, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** The value of `path` among the lines "LENGTH KEY=VALUE" of a pax header. */
function paxPath(bytes: Buffer): string | undefined {
  for (let at = 0; at < bytes.length; ) {
    const length = Number.parseInt(bytes.toString('latin1', at, at + 10), 10);
    if (!(length > 0)) return undefined;
    const [, path] = /^\d+ path=([\s\S]*)\n$/.exec(bytes.toString('utf8', at, at + length)) ?? [];
    if (path !== undefined) return path;
    at += length;
  }
  return undefined;
}

function sizeOf(header: Buffer): number | undefined {
  const digits = text(header, 124, 12).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** The sum of the header's bytes, its own field read as blanks. */
function hasChecksum(header: Buffer): boolean {
  let sum = 8 * 0x20;
  for (let i = 0; i < block; i += 1) sum += i >= 148 && i < 156 ? 0 : header[i]!;
  return Number.parseInt(text(header, 148, 8).trim(), 8) === sum;
}

function damaged(archive: string, why: string): Problem {
  return new Problem('tar-invalid', `${archive} cannot be read as a tar: ${why}.`, {
    action: 'Fetch the archive again.',
    status: 400,
  });
}
