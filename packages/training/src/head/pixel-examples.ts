import * as tf from '@tensorflow/tfjs-core';
import type { Examples } from './examples.ts';

/** Pictures to learn from, decoded when they are asked for. */
export interface PixelSource {
  labels: ArrayLike<number>;
  size: number;
  /** uint8 [3, size, size], red, green, blue, of one row; epoch 0 is the picture as it is. */
  picture(row: number, epoch: number): Promise<Uint8Array>;
}

/** Batches of pictures as MobileNetV2 takes them: float [n, size, size, 3] from -1 to 1. */
export function pixelExamples({ labels, size, picture }: PixelSource): Examples {
  return {
    labels,
    async inputs(rows, epoch) {
      const planes = await Promise.all(rows.map((row) => picture(row, epoch)));
      const values = new Float32Array(rows.length * 3 * size * size);
      planes.forEach((bytes, n) => {
        values.set(bytes, n * bytes.length);
      });
      return tf.tidy(() => {
        const rowsOfPlanes = tf.tensor4d(values, [rows.length, 3, size, size]);
        return tf.sub(tf.div(tf.transpose(rowsOfPlanes, [0, 2, 3, 1]), 127.5), 1);
      });
    },
  };
}
