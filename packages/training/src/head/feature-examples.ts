import { tensor2d } from '@tensorflow/tfjs-core';
import type { Examples } from './examples.ts';
import { mixedSeed } from './random-order.ts';

/** Features of pictures, as they are and of augmented views. */
export interface FeatureRows {
  /** Number of the class of each row. */
  labels: readonly number[];
  channels: number;
  /** float [views, channels] each; the first view is the picture as it is. */
  rows: readonly Float32Array[];
}

/**
 * In each epoch every row shows one of its views, so an epoch costs the same however many there
 * are; a row goes through all of them in as many epochs, from one of its own on.
 */
export function featureExamples({ labels, channels, rows: all }: FeatureRows): Examples {
  return {
    labels,
    inputs(rows, epoch) {
      const values = new Float32Array(rows.length * channels);
      rows.forEach((row, n) => {
        const views = all[row]!;
        const view = epoch === 0 ? 0 : (epoch + mixedSeed(row)) % (views.length / channels);
        values.set(views.subarray(view * channels, (view + 1) * channels), n * channels);
      });
      return tensor2d(values, [rows.length, channels]);
    },
  };
}
