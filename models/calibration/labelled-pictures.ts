import { join } from 'node:path';
import type { DataPicture, LabelledFace } from '@maskwatch/training/dataset/dataset';
import { readPicture } from '@maskwatch/training/dataset/decode-picture';
import { readDataSet } from '@maskwatch/training/dataset/read-data-set';
import { type Picture, rgbPicture } from '@maskwatch/vision/picture';

/** A picture of a shard whose faces have boxes. */
export type LabelledPicture = DataPicture & { faces: LabelledFace[] };

/** MASKWATCH_DATA, or shared/data beside the checkout. */
export function dataFolder(): string {
  return process.env.MASKWATCH_DATA ?? join(import.meta.dirname, '../../../shared/data');
}

/** The pictures of all shards NAME-00.tar, NAME-01.tar and so on that have boxes, also none. */
export async function readLabelled(folder: string, name: string): Promise<LabelledPicture[]> {
  const { pictures } = await readDataSet(join(folder, name));
  return pictures.flatMap((picture) => {
    return picture.faces === undefined ? [] : [{ ...picture, faces: picture.faces }];
  });
}

export async function decode(picture: DataPicture): Promise<Picture> {
  const { data, width, height } = await readPicture(await picture.bytes());
  return rgbPicture(data, width, height);
}
