import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

/** A card is a page or two; of more its beginning is shown. */
const cardBytes = 128 * 1024;
/** A report holds its pictures; what is larger was not made by this command. */
const reportBytes = 64 * 1024 * 1024;

/** The text of a model's CARD.md; undefined where it has none. */
export async function readCard(directory: string): Promise<string | undefined> {
  const file = await openPlain(join(directory, 'CARD.md'));
  if (file === undefined) return undefined;
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(cardBytes), 0, cardBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Its report.html as a stream; undefined where it has none, or one of an absurd size. */
export async function openReport(directory: string) {
  const file = await openPlain(join(directory, 'report.html'));
  if (file === undefined) return undefined;
  const { size } = await file.stat();
  if (size <= reportBytes) return { size, stream: file.createReadStream({ start: 0 }) };
  await file.close();
  return undefined;
}

/** No link, pipe or device: a folder that came from elsewhere shows nothing but its own files. */
async function openPlain(path: string): Promise<FileHandle | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => undefined);
  if (file === undefined || (await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}
