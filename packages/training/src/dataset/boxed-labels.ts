import { join } from 'node:path';
import type { Box } from '@maskwatch/contracts/box';
import { faceSize } from '@maskwatch/contracts/box';
import { type ClassNames, faceLabel, meaningOf, unknownClasses } from './class-names.ts';
import type { DataPicture, LabelledFace } from './dataset.ts';
import { readBounded } from './folder-files.ts';

/** Smaller faces, by their size in pixels, are neither asked for nor punished. */
export const smallestLabel = 8;
export const mostFaces = 10_000;

/** A box as a file of labels has it, before its class is known to mean something. */
export interface NamedBox {
  name: string;
  box: Box;
  ignore?: boolean;
}

/** A picture of a folder with the boxes that its file of labels has. */
export interface BoxedPicture {
  /** Below `folder`. */
  file: string;
  boxes: NamedBox[];
}

/**
 * Gives every box the meaning of its class. Problem names-unknown where a class means nothing: a set of
 * which half is dropped in silence would train something else than was asked for.
 */
export function labelled(
  boxed: readonly BoxedPicture[],
  { folder, source, names = {} }: { folder: string; source: string; names?: ClassNames },
): DataPicture[] {
  const all = new Set(boxed.flatMap(({ boxes }) => boxes.map(({ name }) => name)));
  const unknown = [...all].filter((name) => meaningOf(name, names) === undefined).sort();
  if (unknown.length > 0) throw unknownClasses(unknown, `classes of the boxes in ${folder}`);
  return boxed.map(({ file, boxes }) => ({
    file,
    source: file.includes('/') ? `${source}/${file.slice(0, file.lastIndexOf('/'))}` : source,
    faces: boxes.map(({ name, box, ignore }): LabelledFace => {
      const { label, ignore: byName } = faceLabel(meaningOf(name, names)!);
      const ignored = ignore === true || byName === true || faceSize(box) < smallestLabel;
      return { box, label, ...(ignored && { ignore: true }) };
    }),
    bytes: () => readBounded(join(folder, file)),
  }));
}

/** Throws where a box is no box: not finite, or without area. */
export function boxOf(values: readonly number[]): Box {
  const [x, y, width, height] = values;
  if (values.length !== 4 || !values.every(Number.isFinite))
    throw new Error('a box is not four numbers');
  if (!(width! > 0 && height! > 0)) throw new Error('a box has no area');
  return [x!, y!, width!, height!];
}
