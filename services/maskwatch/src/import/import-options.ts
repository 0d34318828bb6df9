import type { ClassNames } from '@maskwatch/training/dataset/class-names';
import type { ScalingName } from './scaling.ts';

/** What the command was asked, read and checked. */
export interface ImportOptions {
  /** Names of the network's classes in its own order. */
  names?: string[] | undefined;
  /** What they mean, where their own names do not say it. */
  map: ClassNames;
  /** Side of the input in pixels, where the network leaves it open. */
  size?: number | undefined;
  scaling?: ScalingName | undefined;
  colourOrder: 'rgb' | 'bgr';
  /** What runs a folder of TensorFlow.js: `onnx` converts it. */
  runtime?: 'onnx' | 'tfjs' | undefined;
  crop: { shape: 'square' | 'box'; side: number };
  /** Folder of pictures to try and to probe with. */
  pictures?: string | undefined;
  /** A Python that runs the original. */
  python?: string | undefined;
  licence: string;
}
