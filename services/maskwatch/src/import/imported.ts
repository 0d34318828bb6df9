import type { Graph } from '@maskwatch/onnx/graph';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { withPictureInput } from '@maskwatch/onnx/picture-input';
import type { NetworkFile, NewModel } from '@maskwatch/runtime/model-folder';
import type { NoOriginal, Original } from './original.ts';
import type { Reading } from './picture-feeds.ts';
import type { SourceFile } from './sources.ts';

/** A network that was read and described, and not yet tried and written. */
export interface Imported {
  network: ImportedNetwork;
  model: NewModel;
  /** Outputs that the original's are compared with, in its order. */
  outputs: string[];
  /** What makes the outputs of both sides comparable: probabilities of a classifier's rows. */
  compared: { ours: Comparable; theirs: Comparable };
  original: Original | NoOriginal;
  /** How the original reads the picture, where a layer of it does what our model.json does. */
  originalReading: Reading;
  sources: SourceFile[];
  /** "YOLOv4 (darknet), 3 heads, strides 8, 16, 32" */
  origin: string;
  /** Sentences for stderr and the card. */
  notes: string[];
  probing?: Probing[];
}

/**
 * A graph that takes `picture`, float [n, 3, height, width], read as the model says; or the files of
 * a network that stays in TensorFlow.js.
 */
export type ImportedNetwork = Graph | readonly NetworkFile[];

/** What a model folder holds of it. */
export function filesOf(network: ImportedNetwork, name: string): readonly NetworkFile[] {
  if (!('nodes' in network)) return network;
  return [{ name: `${name}.onnx`, bytes: writeOnnx(withPictureInput({ ...network, name })) }];
}

export type Comparable = (values: Float32Array) => Float32Array;

/** How often a scaling judged the user's pictures right. */
export interface Probing {
  scaling: string;
  /** Mean over the states, so that a folder with most of the pictures does not decide. */
  accuracy: number;
  /** Mean loss in nats: decides between equal accuracies. */
  loss: number;
  pictures: number;
}

export const asItIs: Comparable = (values) => values;

/** Probabilities of one row of logits. */
export const softmax: Comparable = (logits) => {
  const highest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = logits.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
};
