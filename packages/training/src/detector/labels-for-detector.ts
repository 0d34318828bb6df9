import type { JudgedState } from '@maskwatch/contracts/mask-state';
import type { DataPicture, LabelledFace } from '../dataset/dataset.ts';
import type { Size } from './anchors.ts';

/** `face` alone, or the mask states that a one-stage detector tells apart. */
export type TaughtClass = 'face' | JudgedState;

/** A line of the list that models/recipes/detector reads. */
export interface ListLine {
  /** Below the folder of the list. */
  file: string;
  /** Left, top, width, height in pixels, and the number of the class, -1 where it is not known. */
  boxes: [number, number, number, number, number][];
  /** Neither faces nor background. */
  ignore: [number, number, number, number][];
  partial: boolean;
}

/**
 * What a detector of these classes is to learn of one picture, whose copy has `scale` pixels for each
 * of the original. For a detector of faces every face counts; for one of states, a face whose state is
 * unknown or not among the classes is a face of class -1.
 */
export function listLine(
  picture: Pick<DataPicture, 'faces' | 'partial'>,
  { file, classes, scale }: { file: string; classes: readonly TaughtClass[]; scale: number },
): ListLine {
  const line: ListLine = { file, boxes: [], ignore: [], partial: picture.partial === true };
  for (const face of picture.faces ?? []) {
    const [x, y, width, height] = face.box.map((side) => Number((side * scale).toFixed(2)));
    const box = [x!, y!, width!, height!] as const;
    if (!(box[2] > 0 && box[3] > 0)) continue;
    if (face.ignore === true) line.ignore.push([...box]);
    else line.boxes.push([...box, classNumber(face, classes)]);
  }
  return line;
}

function classNumber({ label }: LabelledFace, classes: readonly TaughtClass[]): number {
  return classes.includes('face') ? classes.indexOf('face') : classes.indexOf(label);
}

/** Sizes of the boxes as the detector sees them: the longest side of the picture brought to `size`. */
export function sizesAt(
  size: number,
  pictures: readonly { line: ListLine; width: number; height: number }[],
): Size[] {
  return pictures.flatMap(({ line, width, height }) => {
    const scale = size / Math.max(width, height);
    return line.boxes.map(([, , w, h]) => [w * scale, h * scale] as const);
  });
}
