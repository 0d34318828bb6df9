import { float, ints } from '../graph.ts';
import { activate } from './activation-layers.ts';
import { biasOf } from './convolution-layers.ts';
import { add, type LayerUse, nameOf, only, refuse } from './layer-use.ts';
import type { LayerValue } from './layers-graph.ts';

/** On a map it is a convolution of 1 x 1, as in Keras. */
export function dense(use: LayerUse): LayerValue {
  const { graph, layer, weights } = use;
  const input = only(use);
  const units = layer.config.count('units');
  const channels = input.shape.at(-1)!;
  const make = () => turned(weights.take(layer, 'kernel', [channels, units]), channels, units);
  const onMap = input.shape.length === 3;
  const dims = onMap ? [units, channels, 1, 1] : [units, channels];
  const kernel = graph.floatsOf(layer, `${nameOf(use)}/kernel${onMap ? '-map' : ''}`, {
    dims,
    make,
  });
  const inputs = [input.value, kernel];
  if (layer.config.flag('use_bias', true)) inputs.push(biasOf(use, units));
  const value = onMap
    ? add(use, 'Conv', { inputs, attributes: { kernel_shape: ints([1, 1]) } })
    : add(use, 'Gemm', { inputs, attributes: { transB: { kind: 'int', value: 1 } } });
  return activate(use, { value, shape: [...input.shape.slice(0, -1), units] });
}

/** [channels, units] to [units, channels]. */
function turned(data: Float32Array, channels: number, units: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let channel = 0; channel < channels; channel++) {
    for (let unit = 0; unit < units; unit++) {
      result[unit * channels + channel] = data[channel * units + unit]!;
    }
  }
  return result;
}

/** With the moving mean and variance; a convolution before it takes it over later. */
export function batchNormalization(use: LayerUse): LayerValue {
  const { graph, layer, weights } = use;
  const input = only(use);
  const axis = lastAxis(layer.config.get('axis') ?? -1);
  if (axis !== -1 && axis !== input.shape.length) {
    throw refuse(use, `the axis ${axis} is not the last, that of the channels`);
  }
  const channels = input.shape.at(-1)!;
  const taken = (weight: string) => {
    const values = weights.take(layer, weight, [channels]);
    if (weight !== 'moving_variance' || values.every((value) => value >= 0)) return values;
    throw refuse(use, 'the moving variance is below zero');
  };
  const numbers = (weight: string, standard?: number) => {
    const make = () =>
      standard === undefined ? taken(weight) : new Float32Array(channels).fill(standard);
    return graph.floatsOf(layer, `${nameOf(use)}/${weight}`, { dims: [channels], make });
  };
  const inputs = [
    input.value,
    layer.config.flag('scale', true) ? numbers('gamma') : numbers('scale', 1),
    layer.config.flag('center', true) ? numbers('beta') : numbers('shift', 0),
    numbers('moving_mean'),
    numbers('moving_variance'),
  ];
  const epsilon = float(layer.config.number('epsilon', 1e-3));
  const value = add(use, 'BatchNormalization', { inputs, attributes: { epsilon } });
  return { value, shape: input.shape };
}

/** Old files have a list of one axis. */
function lastAxis(axis: unknown): unknown {
  return Array.isArray(axis) && axis.length === 1 ? axis[0] : axis;
}
