import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { trainedVariables } from './training-step.ts';

/** Values of the trained variables, in their order. */
export function weightsOf(network: LayersModel): Float32Array[] {
  return trainedVariables(network).map((variable) => variable.dataSync<'float32'>().slice());
}

export function restoreWeights(network: LayersModel, values: readonly Float32Array[]): void {
  trainedVariables(network).forEach((variable, n) => {
    tf.tidy(() => variable.assign(tf.tensor(values[n]!, variable.shape)));
  });
}

/** The number of steps and both moments of each variable. */
export async function momentsOf(optimizer: tf.AdamOptimizer): Promise<Float32Array[]> {
  const saved = await optimizer.getWeights();
  return saved.map(({ tensor }) => Float32Array.from(tensor.dataSync()));
}

/** Sets an optimizer that has not stepped yet. */
export async function restoreMoments(
  optimizer: tf.AdamOptimizer,
  network: LayersModel,
  values: readonly Float32Array[],
): Promise<void> {
  const variables = trainedVariables(network);
  const [steps = Float32Array.of(0), ...moments] = values;
  const tensors = moments.map((value, n) => {
    const { name, shape } = variables[n % variables.length]!;
    return { name, tensor: tf.tensor(value, shape) };
  });
  // The optimizer takes the number of steps off its own list.
  const list = [{ name: 'iter', tensor: tf.scalar(steps[0]!, 'int32') }, ...tensors];
  await optimizer.setWeights(list);
}
