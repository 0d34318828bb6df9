import type { Box } from '@maskwatch/contracts/box';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import type { CropShape } from '@maskwatch/vision/crops';
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

/**
 * What is shown to a network of a picture in which nobody says where the face is: as a square, its
 * longest side is the square's; as a box, it is stretched. For faces it is cropRegion.
 */
export function pictureRegion(
  { width, height }: { width: number; height: number },
  { shape }: Pick<CropShape, 'shape'>,
): Box {
  if (shape === 'box') return [0, 0, width, height];
  const side = Math.max(width, height);
  return [Math.round((width - side) / 2), Math.round((height - side) / 2), side, side];
}
