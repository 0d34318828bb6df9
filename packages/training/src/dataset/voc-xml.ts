import { basename, dirname, join } from 'node:path';
import { messageOf } from '@maskwatch/platform/problem';
import { type BoxedPicture, boxOf, labelled, mostFaces, type NamedBox } from './boxed-labels.ts';
import type { ClassNames } from './class-names.ts';
import type { DataSet } from './dataset.ts';
import { type FolderFiles, PictureFinder, readText } from './folder-files.ts';
import { childrenOf, readXml, textOf, type XmlElement } from './xml-elements.ts';

const longestFile = 2 * 1024 * 1024;

export function vocFiles({ others }: FolderFiles): string[] {
  return others.filter((file) => file.toLowerCase().endsWith('.xml'));
}

/**
 * Pascal VOC: one XML file a picture, with boxes from corner to corner. The picture is the one with the
 * file's own name, else the one that it names; pictures without a file are left out and listed.
 */
export async function readVoc(files: FolderFiles, names?: ClassNames): Promise<DataSet> {
  const finder = new PictureFinder(files.pictures);
  const skipped: DataSet['skipped'] = [];
  const boxed = new Map<string, BoxedPicture>();
  for (const file of vocFiles(files)) {
    try {
      const root = readXml(await readText(join(files.folder, file), longestFile));
      if (root.name !== 'annotation') throw new Error('it holds no <annotation>');
      const named = basename((textOf(root, 'filename') ?? '').replaceAll('\\', '/'));
      const picture = finder.find(file, dirname(file)) ?? finder.find(named, dirname(file));
      if (picture === undefined) throw new Error(`its picture (${named || 'not named'}) is absent`);
      if (boxed.has(picture)) throw new Error(`another file labels ${picture}`);
      boxed.set(picture, { file: picture, boxes: boxesOf(root) });
    } catch (thrown) {
      skipped.push({ file, reason: messageOf(thrown) });
    }
  }
  for (const file of files.pictures.filter((picture) => !boxed.has(picture))) {
    skipped.push({ file, reason: 'there is no XML file of its name' });
  }
  const given = { folder: files.folder, source: basename(files.folder), ...(names && { names }) };
  return { form: 'voc', pictures: labelled([...boxed.values()], given), skipped };
}

function boxesOf(root: XmlElement): NamedBox[] {
  const objects = childrenOf(root, 'object');
  if (objects.length > mostFaces) throw new Error(`it has ${objects.length} boxes`);
  return objects.map((object) => {
    const name = textOf(object, 'name') ?? '';
    const [corners] = childrenOf(object, 'bndbox');
    if (name === '' || corners === undefined)
      throw new Error('an <object> has no <name> or <bndbox>');
    const [left, top, right, bottom] = ['xmin', 'ymin', 'xmax', 'ymax'].map((corner) => {
      return Number(textOf(corners, corner) || Number.NaN);
    }) as [number, number, number, number];
    return { name, box: boxOf([left, top, right - left, bottom - top]) };
  });
}
