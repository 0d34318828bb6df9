import { initializers, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { mixedSeed } from './random-order.ts';

type Layer = layers.Layer;

export const activations = ['relu', 'elu', 'selu', 'tanh', 'sigmoid', 'swish', 'linear'] as const;
export type HeadActivation = (typeof activations)[number];

/** What is put on the features. */
export interface HeadShape {
  /** Units of each dense layer between the features and the classes; may be none. */
  dense: readonly number[];
  activation: HeadActivation;
  /** Share of the values that each dense layer forgets in a training step. */
  dropout: number;
  classes: number;
  seed: number;
}

/**
 * Dense layers with dropout behind each, and one logit a class (`logits`). Without dense layers
 * the dropout is on the features. Initial values are Glorot's (2010), from the seed.
 */
export function headLayers({ dense, activation, dropout, classes, seed }: HeadShape): Layer[] {
  const made: Layer[] = [];
  const forget = (n: number) => {
    if (dropout > 0) made.push(layers.dropout({ name: `head_dropout_${n}`, rate: dropout }));
  };
  const initial = (n: number) => initializers.glorotUniform({ seed: mixedSeed(seed, n) });
  if (dense.length === 0) forget(1);
  dense.forEach((units, n) => {
    const name = `head_dense_${n + 1}`;
    made.push(layers.dense({ name, units, activation, kernelInitializer: initial(n) }));
    forget(n + 1);
  });
  const kernelInitializer = initial(dense.length);
  return [...made, layers.dense({ name: 'logits', units: classes, kernelInitializer })];
}

/** What the last of the layers puts out when each is applied to the one before. */
export function chained(input: SymbolicTensor, chain: readonly Layer[]): SymbolicTensor {
  return chain.reduce((value, layer) => layer.apply(value) as SymbolicTensor, input);
}
