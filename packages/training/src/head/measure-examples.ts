import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Examples } from './examples.ts';
import { logitsOf } from './training-step.ts';

/** Rows a run: bounds the memory of a whole network on pixels. */
const rowsAtOnce = 64;

/** Logits of every row, [classes] each, of the pictures as they are (epoch 0). */
export async function logitsOfAll(network: LayersModel, examples: Examples): Promise<number[][]> {
  const all: number[][] = [];
  const count = examples.labels.length;
  for (let start = 0; start < count; start += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, count - start) }, (_, n) => start + n);
    const inputs = await examples.inputs(rows, 0);
    const logits = logitsOf(network, inputs);
    inputs.dispose();
    const classes = logits.length / rows.length;
    rows.forEach((_, n) => {
      all.push([...logits.subarray(n * classes, (n + 1) * classes)]);
    });
  }
  return all;
}

/** Mean categorical cross-entropy and accuracy of logits, each row counting as much as the others. */
export function lossAndAccuracy(
  logits: readonly number[][],
  labels: ArrayLike<number>,
): { loss: number; accuracy: number } {
  let loss = 0;
  let right = 0;
  logits.forEach((row, n) => {
    const label = labels[n]!;
    const most = Math.max(...row);
    const sum = row.reduce((total, value) => total + Math.exp(value - most), 0);
    loss += Math.log(sum) + most - row[label]!;
    if (row[label] === most) right += 1;
  });
  return { loss: loss / logits.length, accuracy: right / logits.length };
}
