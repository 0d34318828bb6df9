import type { Box } from '@maskwatch/contracts/box';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import type { Picture } from '@maskwatch/vision/picture';
import type { CutOut } from './ffmpeg.ts';

/** A face with its surroundings, to be moved over a background. */
export interface FaceCutOut extends CutOut {
  /** The face within the cut-out, in its pixels. */
  face: Box;
}

/** A whole picture with everyone's truth. */
export interface Still {
  picture: Picture;
  faces: { box: Box; state: JudgedState }[];
}

/** Who may be on a still: all masked, all bare, both, or somebody with the mask worn wrongly. */
export type StillKind = 'compliant' | 'bare' | 'mixed' | 'incorrect';

/** Where films get their people from: labelled pictures, or the portrait of the demo film. */
export interface Material {
  name: 'pictures' | 'portrait';
  /** A face that was not given out before, prepared for faces up to `size` pixels. */
  face(state: JudgedState, size: number): Promise<FaceCutOut>;
  /** A still that was not given out before. */
  still(kind: StillKind): Promise<Still>;
  /** A picture without a face, of exactly this size. */
  background(width: number, height: number): Promise<Picture>;
}
