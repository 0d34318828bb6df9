import type { Detection } from '@maskwatch/contracts/detection';
import type { JudgedState, Probabilities } from '@maskwatch/contracts/mask-state';
import type { LabelledFace } from '../dataset/dataset.ts';

/** What a classifier said of one labelled face. */
export interface Prediction {
  file: string;
  source: string;
  label: JudgedState;
  probabilities: Probabilities;
  /** Square root of width times height in pixels of the stored picture. */
  size: number;
  /** The crop that was judged, as a small JPEG, where a sheet is wanted. */
  thumbnail?: Uint8Array;
}

/** What a detector, alone or with a classifier, found on one labelled picture. */
export interface PicturePrediction {
  file: string;
  source: string;
  width: number;
  height: number;
  faces: LabelledFace[];
  partial?: boolean;
  /** From confidence 0.01 on; `probabilities` where mask states are evaluated. */
  detections: Detection[];
}
