import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Base } from './mobilenetv2.ts';

/** Freezes all of the base but its last `convolutions`, counted from the end; heads always learn. */
export function unfreeze(base: Base, convolutions: number): void {
  const first = base.convolutions.length - convolutions;
  base.convolutions.forEach((layer, n) => {
    layer.trainable = n >= first;
  });
}

/** How many weights a training moves. */
export function trainedCount(network: LayersModel): number {
  return network.trainableWeights.reduce((total, { shape }) => {
    return total + shape.reduce<number>((product, side) => product * (side ?? 1), 1);
  }, 0);
}
