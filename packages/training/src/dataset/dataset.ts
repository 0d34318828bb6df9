import type { Box } from '@maskwatch/contracts/box';
import type { JudgedState } from '@maskwatch/contracts/mask-state';

/** A face that someone drew a box round, in pixels of the stored picture. */
export interface LabelledFace {
  box: Box;
  /** `face`: its mask state is not known. */
  label: JudgedState | 'face';
  /** Neither asked for nor punished: doubtful, too small, or found by a detector alone. */
  ignore?: boolean;
}

/** One picture of a data set: either one face with a label for all of it, or faces with boxes. */
export interface DataPicture {
  /** Below DATA, or the name in the shard. */
  file: string;
  /** Where it came from: the record's own word, else its folder. */
  source: string;
  /** What the whole picture shows; absent where `faces` has boxes. */
  label?: JudgedState;
  /** Of a picture with boxes, also empty: a picture without a face. */
  faces?: LabelledFace[];
  /** Near-duplicates share a fold; only shards have it. */
  fold?: number;
  /** The source misses faces: what is not labelled is no background. */
  partial?: boolean;
  /** The encoded bytes (JPEG, PNG, WebP, TIFF). */
  bytes(): Promise<Uint8Array>;
}

export interface DataSet {
  form: 'folders' | 'shard' | 'voc' | 'yolo' | 'coco';
  pictures: DataPicture[];
  /** What could not be read, each with its reason; bad pictures are found later. */
  skipped: { file: string; reason: string }[];
}
