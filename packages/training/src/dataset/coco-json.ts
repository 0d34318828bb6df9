import { basename, dirname, join } from 'node:path';
import { messageOf } from '@maskwatch/platform/problem';
import { z } from 'zod';
import { type BoxedPicture, boxOf, labelled, mostFaces } from './boxed-labels.ts';
import type { ClassNames } from './class-names.ts';
import type { DataSet } from './dataset.ts';
import { type FolderFiles, PictureFinder, readText } from './folder-files.ts';

const longestFile = 256 * 1024 * 1024;
const Id = z.union([z.number(), z.string()]);

const Coco = z.object({
  images: z.array(z.object({ id: Id, file_name: z.string() })),
  annotations: z.array(
    z.object({
      image_id: Id,
      category_id: Id,
      bbox: z.array(z.number()),
      /** 1: a box round a crowd. */
      iscrowd: z.number().optional(),
    }),
  ),
  categories: z.array(z.object({ id: Id, name: z.string() })),
});
type Coco = z.infer<typeof Coco>;

/** Files that look like COCO from their first bytes on; other JSON is none of ours. */
export async function cocoFiles(files: FolderFiles): Promise<string[]> {
  const found: string[] = [];
  for (const file of files.others.filter((one) => one.toLowerCase().endsWith('.json'))) {
    const text = await readText(join(files.folder, file), longestFile).catch(() => '');
    if (/"images"\s*:/.test(text) && /"annotations"\s*:/.test(text)) found.push(file);
  }
  return found;
}

/**
 * COCO JSON: pictures, boxes and categories in one file (or several, as one a split). A picture without
 * a box has no face; pictures that no file names are left out and listed.
 */
export async function readCoco(files: FolderFiles, names?: ClassNames): Promise<DataSet> {
  const finder = new PictureFinder(files.pictures);
  const skipped: DataSet['skipped'] = [];
  const boxed = new Map<string, BoxedPicture>();
  for (const file of await cocoFiles(files)) {
    try {
      const text = await readText(join(files.folder, file), longestFile);
      const parsed = Coco.safeParse(JSON.parse(text));
      if (!parsed.success) {
        const [first] = parsed.error.issues;
        throw new Error(`${first!.path.join('.')}: ${first!.message}`);
      }
      addPictures(parsed.data, { finder, file, boxed, skipped });
    } catch (thrown) {
      skipped.push({ file, reason: messageOf(thrown) });
    }
  }
  for (const file of files.pictures.filter((picture) => !boxed.has(picture))) {
    skipped.push({ file, reason: 'no JSON file names it' });
  }
  const given = { folder: files.folder, source: basename(files.folder), ...(names && { names }) };
  return { form: 'coco', pictures: labelled([...boxed.values()], given), skipped };
}

interface Found {
  finder: PictureFinder;
  file: string;
  boxed: Map<string, BoxedPicture>;
  skipped: DataSet['skipped'];
}

function addPictures(coco: Coco, { finder, file, boxed, skipped }: Found): void {
  const categories = new Map(coco.categories.map(({ id, name }) => [id, name]));
  const pictures = new Map<number | string, BoxedPicture>();
  for (const { id, file_name: name } of coco.images) {
    const folder = join(dirname(file), dirname(name.replaceAll('\\', '/')));
    const picture = finder.find(name.replaceAll('\\', '/'), folder);
    if (picture === undefined) skipped.push({ file: name, reason: `named in ${file}, but absent` });
    else pictures.set(id, { file: picture, boxes: [] });
  }
  for (const { image_id: id, category_id: category, bbox, iscrowd } of coco.annotations) {
    const picture = pictures.get(id);
    if (picture === undefined || picture.boxes.length >= mostFaces) continue;
    try {
      const name = categories.get(category) ?? String(category);
      picture.boxes.push({ name, box: boxOf(bbox), ...(iscrowd === 1 && { ignore: true }) });
    } catch (thrown) {
      skipped.push({ file: picture.file, reason: messageOf(thrown) });
    }
  }
  for (const picture of pictures.values()) boxed.set(picture.file, picture);
}
