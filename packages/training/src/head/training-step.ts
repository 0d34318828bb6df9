import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { mixedSeed } from './random-order.ts';

export interface Batch {
  inputs: tf.Tensor;
  labels: readonly number[];
  /** How much each row counts. */
  weights: readonly number[];
  /** Of what the dropout forgets in this step. */
  seed: number;
}

/** Categorical cross-entropy (mean over the rows) and how many rows were right. */
export interface StepFigures {
  loss: number;
  right: number;
}

/** The variables that the optimizer moves: those of layers that are not frozen. */
export function trainedVariables(network: LayersModel): tf.Variable[] {
  return network.trainableWeights.map((weight) => weight.read() as tf.Variable);
}

/** One step of the optimizer on a network that puts out logits. */
export function trainingStep(
  network: LayersModel,
  optimizer: tf.Optimizer,
  { inputs, labels, weights, seed }: Batch,
): StepFigures {
  seedDropout(network, seed);
  return tf.tidy(() => {
    let right = 0;
    const cost = optimizer.minimize(
      () => {
        const logits = network.apply(inputs, { training: true }) as tf.Tensor2D;
        right = countRight(logits, labels);
        const wanted = tf.oneHot(tf.tensor1d([...labels], 'int32'), logits.shape[1]);
        return tf.losses.softmaxCrossEntropy(wanted, logits, tf.tensor1d([...weights]));
      },
      true,
      trainedVariables(network),
    );
    return { loss: cost!.dataSync()[0]!, right };
  });
}

/** The logits of rows without dropout, row after row. */
export function logitsOf(network: LayersModel, inputs: tf.Tensor): Float32Array {
  return tf.tidy(() => (network.apply(inputs) as tf.Tensor).dataSync<'float32'>());
}

function countRight(logits: tf.Tensor2D, labels: readonly number[]): number {
  const said = tf.argMax(logits, 1).dataSync();
  return labels.filter((label, n) => said[n] === label).length;
}

/** The library's dropout forgets the same values in every step unless its seed changes. */
function seedDropout(network: LayersModel, seed: number): void {
  network.layers.forEach((layer, n) => {
    if (layer.getClassName() !== 'Dropout') return;
    Object.assign(layer, { seed: 1 + mixedSeed(seed, n) });
  });
}
