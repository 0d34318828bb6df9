import {
  type LayersModel,
  layers,
  model,
  input as networkInput,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { chained, type HeadShape, headLayers } from './head-layers.ts';
import type { Base } from './mobilenetv2.ts';

/** Takes features, float [n, features], and puts out logits, float [n, classes]. */
export function headNetwork(features: number, shape: HeadShape): LayersModel {
  const input = networkInput({ name: 'features_in', shape: [features] });
  return model({ name: 'head', inputs: input, outputs: chained(input, headLayers(shape)) });
}

export interface ClassifierNetwork {
  /** Pictures to logits: what is trained and converted. */
  logits: LayersModel;
  /** Pictures to probabilities, the same layers with softmax behind: what is stored. */
  probabilities: LayersModel;
}

/** The base with a head of its own; `head`, where given, lends it its weights. */
export function classifierNetwork(
  base: Base,
  shape: HeadShape,
  head?: LayersModel,
): ClassifierNetwork {
  const chain = headLayers(shape);
  const output = chained(base.features, chain);
  const softmax = layers.activation({ name: 'probabilities', activation: 'softmax' });
  const logits = model({ name: 'classifier', inputs: base.input, outputs: output });
  const outputs = softmax.apply(output) as SymbolicTensor;
  for (const layer of chain) {
    const trained = head?.getLayer(layer.name);
    if (trained !== undefined) layer.setWeights(trained.getWeights());
  }
  const probabilities = model({ name: 'classifier', inputs: base.input, outputs });
  return { logits, probabilities };
}
