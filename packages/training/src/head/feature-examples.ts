import { tensor2d } from '@tensorflow/tfjs-core';
import type { Examples } from './examples.ts';
import { mixedSeed } from './random-order.ts';

/** Features of the same pictures, once as they are and once per augmented view. */
export interface FeatureViews {
  labels: ArrayLike<number>;
  channels: number;
  /** float [rows, channels] each; the first is of the pictures as they are. */
  views: readonly Float32Array[];
}

/**
 * In each epoch every row shows one of its views, so an epoch costs the same however many views
 * there are; a row goes through all of them in as many epochs, in an order of its own.
 */
export function featureExamples({ labels, channels, views }: FeatureViews): Examples {
  return {
    labels,
    inputs(rows, epoch) {
      const values = new Float32Array(rows.length * channels);
      rows.forEach((row, n) => {
        const view = views[(epoch + mixedSeed(row)) % views.length]!;
        values.set(view.subarray(row * channels, (row + 1) * channels), n * channels);
      });
      return tensor2d(values, [rows.length, channels]);
    },
  };
}
