import type { Box } from '@maskwatch/contracts/box';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import type { ClassifierModel } from '@maskwatch/contracts/model';
import { cropSquare } from '@maskwatch/vision/crops';
import type { DataPicture } from '../dataset/dataset.ts';

/** One face (or whole picture) to learn from or to be judged. */
export interface FaceCut {
  picture: DataPicture;
  label: JudgedState;
  /** Pictures that look alike have the same: they never stand on both sides of a split. */
  group: number;
  /** Who says where the face is: its label, the detector, or nobody (the whole picture). */
  from: 'label' | 'detector' | 'picture';
  /** The face, in pixels of the decoded picture; all of it where `from` is `picture`. */
  box: Box;
  /** What the network sees, brought to a square; may reach over the picture's border. */
  region: Box;
}

type Crop = ClassifierModel['crop'];

/** What of a picture is shown to a network for the face in `box`, as the service cuts it. */
export function faceRegion(box: Box, { shape, side }: Crop): Box {
  if (shape === 'square') return cropSquare(box, side);
  const [x, y, width, height] = box;
  const [w, h] = [width * side, height * side];
  return [x + (width - w) / 2, y + (height - h) / 2, w, h];
}

/**
 * The same for a picture in which nobody says where the face is: as a square, its longest side is
 * the square's; as a box, it is stretched.
 */
export function pictureRegion(
  { width, height }: { width: number; height: number },
  { shape }: Pick<Crop, 'shape'>,
): Box {
  if (shape === 'box') return [0, 0, width, height];
  const side = Math.max(width, height);
  return [Math.round((width - side) / 2), Math.round((height - side) / 2), side, side];
}
