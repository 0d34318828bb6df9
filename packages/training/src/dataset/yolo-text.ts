import { basename, dirname, join } from 'node:path';
import { messageOf } from '@maskwatch/platform/problem';
import sharp from 'sharp';
import { type BoxedPicture, boxOf, labelled, mostFaces, type NamedBox } from './boxed-labels.ts';
import type { ClassNames } from './class-names.ts';
import type { DataSet } from './dataset.ts';
import { type FolderFiles, PictureFinder, readText, stem } from './folder-files.ts';
import { namesFiles, yoloNames } from './yolo-names.ts';

const longestFile = 2 * 1024 * 1024;

/** Files of labels: text of a picture's name, whether or not it lies beside it. */
export function yoloFiles(files: FolderFiles): string[] {
  const pictures = new Set(files.pictures.map(stem));
  const names = new Set(namesFiles(files));
  return files.others.filter(
    (file) => file.endsWith('.txt') && !names.has(file) && pictures.has(stem(file)),
  );
}

/**
 * YOLO text: one file a picture, one line a box: class, middle and size in parts of the picture. An
 * empty file is a picture without a face; a picture without a file is left out and listed, because
 * nobody says that it has none. Classes are known by their names or, in `names`, by their numbers.
 */
export async function readYolo(files: FolderFiles, names?: ClassNames): Promise<DataSet> {
  const finder = new PictureFinder(files.pictures);
  const known = await yoloNames(files);
  const skipped: DataSet['skipped'] = [];
  const boxed = new Map<string, BoxedPicture>();
  for (const file of yoloFiles(files)) {
    const picture = finder.find(file, dirname(file))!;
    try {
      if (boxed.has(picture)) throw new Error(`another file labels ${picture}`);
      const lines = await readText(join(files.folder, file), longestFile);
      const size = await sizeOf(join(files.folder, picture));
      const boxes = boxesOf(lines, size);
      const nameOf = (number: string) =>
        names?.[number] ? number : (known[Number(number)] ?? number);
      boxed.set(picture, {
        file: picture,
        boxes: boxes.map((box) => ({ ...box, name: nameOf(box.name) })),
      });
    } catch (thrown) {
      skipped.push({ file, reason: messageOf(thrown) });
    }
  }
  const labelledStems = new Set(yoloFiles(files).map(stem));
  for (const file of files.pictures.filter((picture) => !labelledStems.has(stem(picture)))) {
    skipped.push({ file, reason: 'there is no text file of its name' });
  }
  const given = { folder: files.folder, source: basename(files.folder), ...(names && { names }) };
  return { form: 'yolo', pictures: labelled([...boxed.values()], given), skipped };
}

/** As it is seen: turned as its EXIF orientation says. Reads the header only. */
async function sizeOf(path: string): Promise<{ width: number; height: number }> {
  const { autoOrient } = await sharp(path).metadata();
  return autoOrient;
}

function boxesOf(text: string, { width, height }: { width: number; height: number }): NamedBox[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (lines.length > mostFaces) throw new Error(`it has ${lines.length} lines`);
  return lines.flatMap((line, n) => {
    if (line === '') return [];
    const [name, ...numbers] = line.split(/\s+/);
    const parts = numbers.map(Number);
    // A sixth word is a confidence; more are corners of an outline.
    const fits =
      parts.length >= 4 && parts.length <= 5 && parts.every((part) => part >= -1 && part <= 2);
    if (!fits || !/^\d+$/.test(name!)) {
      throw new Error(`line ${n + 1} is not a class and four parts of the picture`);
    }
    const [x, y, w, h] = parts as [number, number, number, number];
    const box = boxOf([(x - w / 2) * width, (y - h / 2) * height, w * width, h * height]);
    return [{ name: name!, box }];
  });
}
