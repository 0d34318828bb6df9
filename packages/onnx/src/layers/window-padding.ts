import { ints } from '../graph.ts';
import { type LayerUse, refuse } from './layer-use.ts';

/** How a window goes over a map, and what size comes out. */
export interface Windows {
  kernel: [number, number];
  strides: [number, number];
  dilations: [number, number];
  /** Zeros before and after: top, left, bottom, right. */
  pads: [number, number, number, number];
  /** Height and width. */
  out: [number, number];
}

/**
 * The windows of a convolution or pool over [height, width]. With the padding "same" TensorFlow
 * makes ceil(size / stride) windows and gives the odd one of the zeros to the bottom and right.
 */
export function windowsOf(
  use: LayerUse,
  size: readonly [number, number],
  { kernel, strides }: { kernel: [number, number]; strides: [number, number] },
): Windows {
  const { config } = use.layer;
  const dilations = config.pair('dilation_rate', [1, 1]);
  const padding = config.word('padding', 'valid');
  if (padding !== 'same' && padding !== 'valid') {
    throw refuse(use, `the padding "${padding}" is not known (same and valid are)`);
  }
  const sides = [0, 1].map((i) => {
    const reach = (kernel[i]! - 1) * dilations[i]! + 1;
    if (padding === 'valid') {
      return { before: 0, after: 0, out: Math.floor((size[i]! - reach) / strides[i]!) + 1 };
    }
    const out = Math.ceil(size[i]! / strides[i]!);
    const zeros = Math.max((out - 1) * strides[i]! + reach - size[i]!, 0);
    return { before: Math.floor(zeros / 2), after: Math.ceil(zeros / 2), out };
  });
  const [rows, columns] = [sides[0]!, sides[1]!];
  if (rows.out < 1 || columns.out < 1) {
    const what = `its window of ${kernel[1]} x ${kernel[0]} is larger than its input`;
    throw refuse(use, `${what} of ${size[1]} x ${size[0]}`);
  }
  return {
    kernel,
    strides,
    dilations,
    pads: [rows.before, columns.before, rows.after, columns.after],
    out: [rows.out, columns.out],
  };
}

export function windowAttributes({ kernel, strides, pads }: Windows) {
  return { kernel_shape: ints(kernel), strides: ints(strides), pads: ints(pads) };
}
