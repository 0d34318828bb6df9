import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Box } from '@maskwatch/contracts/box';
import { type Picture, rgbPicture } from '@maskwatch/vision/picture';
import sharp from 'sharp';

/** A face that someone drew a box round; `face` is one whose mask state nobody knows. */
export interface LabelledFace {
  box: Box;
  label: 'mask' | 'no_mask' | 'incorrect' | 'face';
  /** Found by a detector and by nobody else: neither asked for nor punished. */
  auto?: boolean;
}

export interface LabelledPicture {
  file: string;
  faces: LabelledFace[];
  fold?: number;
  jpeg: Uint8Array;
}

/** MASKWATCH_DATA, or shared/data beside the checkout. */
export function dataFolder(): string {
  return process.env.MASKWATCH_DATA ?? join(import.meta.dirname, '../../../shared/data');
}

/** The pictures of all shards NAME-00.tar, NAME-01.tar and so on, with their labels. */
export function readLabelled(folder: string, name: string): LabelledPicture[] {
  const shards = readdirSync(folder).filter((file) =>
    new RegExp(`^${name}-\\d+\\.tar$`).test(file),
  );
  return shards.sort().flatMap((shard) => {
    const files = readTar(readFileSync(join(folder, shard)));
    const labels = Buffer.from(files.get('labels.jsonl') ?? []).toString('utf8');
    const records = labels.split('\n').filter((line) => line !== '');
    return records.map((line) => {
      const record = JSON.parse(line) as Omit<LabelledPicture, 'jpeg'>;
      return { ...record, jpeg: files.get(record.file)! };
    });
  });
}

export async function decode(jpeg: Uint8Array): Promise<Picture> {
  const image = sharp(jpeg).toColourspace('srgb').removeAlpha().raw();
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return rgbPicture(data, info.width, info.height);
}

/** Files of a tar archive by name: headers of 512 bytes, contents padded to 512. */
function readTar(archive: Uint8Array): Map<string, Uint8Array> {
  const text = (start: number, length: number) =>
    Buffer.from(archive.subarray(start, start + length))
      .toString('utf8')
      .replace(/\0.*$/s, '');
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    files.set(text(at, 100), archive.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
