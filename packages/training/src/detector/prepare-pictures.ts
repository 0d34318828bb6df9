import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import sharp from 'sharp';
import type { DataPicture } from '../dataset/dataset.ts';
import { readPicture } from '../dataset/decode-picture.ts';
import { type Fingerprint, fingerprintOf } from '../dataset/fingerprint.ts';
import { type ListLine, listLine, type TaughtClass } from './labels-for-detector.ts';

/** A finer copy would be thrown away by the reduction to the detector's input. */
const finer = 1.5;
const quality = 92;
/** Decoded at once. */
const atOnce = 4;

export interface PreparedPicture {
  picture: DataPicture;
  line: ListLine;
  /** What tells near-duplicates. */
  print: Fingerprint;
  /** Of the copy. */
  width: number;
  height: number;
}

export interface PrepareOptions {
  pictures: readonly DataPicture[];
  /** Gets `pictures/000000.jpg` and so on; what was there is taken away. */
  folder: string;
  classes: readonly TaughtClass[];
  /** Longest side that the detector sees; copies have at most 1.5 times as much. */
  size: number;
  /** Ends early: what is not prepared by then is missing. */
  signal: AbortSignal;
  onDone(done: number): void;
}

/**
 * Writes a JPEG of each picture for the recipe to read, in order. Broken pictures are left out and
 * listed.
 */
export async function preparePictures(options: PrepareOptions): Promise<{
  prepared: PreparedPicture[];
  skipped: { file: string; reason: string }[];
}> {
  const { pictures, signal, onDone } = options;
  await rm(join(options.folder, 'pictures'), { recursive: true, force: true });
  await mkdir(join(options.folder, 'pictures'), { recursive: true });
  const results: (PreparedPicture | undefined)[] = [];
  const skipped: { file: string; reason: string }[] = [];
  let next = 0;
  let done = 0;
  const worker = async () => {
    while (next < pictures.length && !signal.aborted) {
      const n = next;
      next += 1;
      try {
        results[n] = await prepare(pictures[n]!, n, options);
      } catch (thrown) {
        if (!(thrown instanceof Problem)) throw thrown;
        skipped.push({ file: pictures[n]!.file, reason: messageOf(thrown) });
      }
      done += 1;
      onDone(done);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { prepared: results.filter((one) => one !== undefined), skipped };
}

async function prepare(
  picture: DataPicture,
  number: number,
  { folder, classes, size }: PrepareOptions,
): Promise<PreparedPicture> {
  const bytes = await picture.bytes();
  const decoded = await readPicture(bytes);
  const { data, width, height } = decoded;
  const scale = Math.min(1, (finer * size) / Math.max(width, height));
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  const file = `pictures/${String(number).padStart(6, '0')}.jpg`;
  const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(side(width), side(height), { fit: 'fill' })
    .jpeg({ quality, chromaSubsampling: '4:4:4' })
    .toBuffer();
  await writeFile(join(folder, file), jpeg);
  const line = listLine(picture, { file, classes, scale });
  return {
    picture,
    line,
    print: fingerprintOf(bytes, decoded),
    width: side(width),
    height: side(height),
  };
}

/** The list of some of the prepared pictures, a JSON object a line. */
export async function writeList(path: string, some: readonly PreparedPicture[]): Promise<void> {
  await writeFile(path, some.map(({ line }) => `${JSON.stringify(line)}\n`).join(''));
}
