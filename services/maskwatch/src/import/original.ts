import type { InputPicture, Reading } from './picture-feeds.ts';

/** The network as its maker's own reader runs it. */
export interface Original {
  /** "OpenCV 4.6.0", "ONNX Runtime on the file as it is" */
  reader: string;
  /**
   * The raw outputs of each picture, in the order of the outputs that they are compared with; the
   * reading is the one that the original itself asks for.
   */
  run(pictures: readonly InputPicture[], reading: Reading): Promise<Float32Array[][]>;
  close?(): Promise<void>;
}

/** A sentence's second half: why nobody here runs the original. */
export interface NoOriginal {
  cannot: string;
}
