import { int, ints } from '../graph.ts';
import { activate } from './activation-layers.ts';
import { add, type LayerUse, nameOf, onlyMap, refuse, refuseChannelsFirst } from './layer-use.ts';
import type { LayerValue } from './layers-graph.ts';
import { type Windows, windowAttributes, windowsOf } from './window-padding.ts';

/** A kernel as ONNX has it, [filters, channels / groups, height, width], and where it comes from. */
interface Kernel {
  weight: string;
  step: string;
  filters: number;
  groups: number;
  /** Keras's axes, and how to go from them to ONNX's. */
  shape: [number, number, number, number];
  order: 'filters-last' | 'channels-then-multiplier';
}

export function conv2d(use: LayerUse): LayerValue {
  refuseChannelsFirst(use);
  const { config } = use.layer;
  const input = onlyMap(use);
  const filters = config.count('filters');
  const groups = config.count('groups', 1);
  const channels = input.shape[2];
  if (channels % groups !== 0 || filters % groups !== 0) {
    throw refuse(use, `${channels} channels and ${filters} filters are no multiples of groups`);
  }
  const size = config.pair('kernel_size');
  const windows = windowsFor(use, input, size);
  const kernel: Kernel = {
    weight: 'kernel',
    step: 'kernel',
    filters,
    groups,
    shape: [...size, channels / groups, filters],
    order: 'filters-last',
  };
  return activate(use, convolve(use, { input, windows, kernel, bias: true }));
}

export function depthwiseConv2d(use: LayerUse): LayerValue {
  refuseChannelsFirst(use);
  return activate(use, depthwise(use, { bias: true }));
}

/** A depthwise convolution and one of 1 x 1 over its channels. */
export function separableConv2d(use: LayerUse): LayerValue {
  refuseChannelsFirst(use);
  const input = depthwise(use, { bias: false, step: 'depthwise' });
  const [height, width, channels] = input.shape as [number, number, number];
  const filters = use.layer.config.count('filters');
  const windows: Windows = {
    kernel: [1, 1],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    out: [height, width],
  };
  const kernel: Kernel = {
    weight: 'pointwise_kernel',
    step: 'pointwise',
    filters,
    groups: 1,
    shape: [1, 1, channels, filters],
    order: 'filters-last',
  };
  return activate(use, convolve(use, { input, windows, kernel, bias: true }));
}

function depthwise(use: LayerUse, { bias, step }: { bias: boolean; step?: string }): LayerValue {
  const { config } = use.layer;
  const input = onlyMap(use);
  const channels = input.shape[2];
  // TensorFlow.js leaves it out of the settings of SeparableConv2D; the weight has it.
  const stored = use.weights.shapeOf(use.layer, 'depthwise_kernel')?.[3] ?? 1;
  const multiplier = config.count('depth_multiplier', stored);
  const size = config.pair('kernel_size');
  const kernel: Kernel = {
    weight: 'depthwise_kernel',
    step: 'depthwise',
    filters: channels * multiplier,
    groups: channels,
    shape: [...size, channels, multiplier],
    order: 'channels-then-multiplier',
  };
  const windows = windowsFor(use, input, size);
  return convolve(use, { input, windows, kernel, bias, ...(step === undefined ? {} : { step }) });
}

function windowsFor(use: LayerUse, input: LayerValue, kernel: [number, number]): Windows {
  const [height, width] = input.shape as [number, number, number];
  return windowsOf(use, [height, width], {
    kernel,
    strides: use.layer.config.pair('strides', [1, 1]),
  });
}

function convolve(
  use: LayerUse,
  {
    input,
    windows,
    kernel,
    bias,
    step,
  }: { input: LayerValue; windows: Windows; kernel: Kernel; bias: boolean; step?: string },
): LayerValue {
  const { filters, groups } = kernel;
  const inputs = [input.value, kernelOf(use, kernel)];
  if (bias && use.layer.config.flag('use_bias', true)) inputs.push(biasOf(use, filters));
  let pads: number[] = windows.pads;
  if (input.padded !== undefined) {
    // Zeros around zeros: the border of a ZeroPadding layer is the convolution's own.
    const border = input.padded.pads;
    inputs[0] = input.padded.inside.value;
    pads = windows.pads.map((pad, i) => pad + border[i]!);
  }
  const value = add(use, 'Conv', {
    inputs,
    attributes: {
      ...windowAttributes(windows),
      pads: ints(pads),
      dilations: ints(windows.dilations),
      group: int(groups),
    },
    ...(step === undefined ? {} : { step }),
  });
  return { value, shape: [...windows.out, filters] };
}

export function biasOf(use: LayerUse, size: number): string {
  const { graph, layer, weights } = use;
  const make = () => weights.take(layer, 'bias', [size]);
  return graph.floatsOf(layer, `${nameOf(use)}/bias`, { dims: [size], make });
}

function kernelOf(use: LayerUse, kernel: Kernel): string {
  const { graph, layer, weights } = use;
  const [height, width, channels, last] = kernel.shape;
  const dims =
    kernel.order === 'filters-last'
      ? [last, channels, height, width]
      : [channels * last, 1, height, width];
  const make = () => turned(weights.take(layer, kernel.weight, kernel.shape), kernel);
  return graph.floatsOf(layer, `${nameOf(use)}/${kernel.step}`, { dims, make });
}

/** [height, width, channels, last] to [last, channels, height, width] or [channels, last, ...]. */
function turned(data: Float32Array, { shape, order }: Kernel): Float32Array {
  const [height, width, channels, last] = shape;
  const area = height * width;
  const result = new Float32Array(data.length);
  let from = 0;
  for (let cell = 0; cell < area; cell++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let end = 0; end < last; end++) {
        const row = order === 'filters-last' ? end * channels + channel : channel * last + end;
        result[row * area + cell] = data[from++]!;
      }
    }
  }
  return result;
}
