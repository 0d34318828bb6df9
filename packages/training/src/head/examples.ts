import type { Tensor } from '@tensorflow/tfjs-core';

/** What is learned from, or measured on: rows with a class each. */
export interface Examples {
  /** Number of the class of each row. */
  labels: ArrayLike<number>;
  /** float [rows.length, ...shape]; `epoch` counts from 1 and chooses the view of each row. */
  inputs(rows: readonly number[], epoch: number): Tensor | Promise<Tensor>;
}
