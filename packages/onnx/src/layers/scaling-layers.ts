import { isObject } from './layer-config.ts';
import { short } from './layer-problem.ts';
import { add, type LayerUse, nameOf, only, refuse } from './layer-use.ts';
import type { LayerValue } from './layers-graph.ts';

/** value * scale + offset, for each channel. */
interface Affine {
  scale: number[];
  offset: number[];
}

export function rescaling(use: LayerUse): LayerValue {
  const channels = only(use).shape.at(-1)!;
  return affine(use, {
    scale: perChannel(use, 'scale', { channels }),
    offset: perChannel(use, 'offset', { channels, standard: 0 }),
  });
}

/** (value - mean) / standard deviation, which Keras keeps above 1e-7. */
export function normalization(use: LayerUse): LayerValue {
  const { layer, weights } = use;
  const channels = only(use).shape.at(-1)!;
  if (layer.config.get('invert') === true) throw refuse(use, 'invert is not read');
  const given = layer.config.get('mean') !== undefined;
  const numbers = (name: 'mean' | 'variance') =>
    given ? perChannel(use, name, { channels }) : [...weights.take(layer, name, [channels])];
  const mean = numbers('mean');
  const scale = numbers('variance').map((value) => 1 / Math.max(Math.sqrt(value), 1e-7));
  if (!scale.every(Number.isFinite)) throw refuse(use, 'the variance is below zero');
  return affine(use, { scale, offset: mean.map((value, i) => -value * scale[i]!) });
}

/** Arithmetic with one number, written with operators in the model's source. */
export function arithmetic(use: LayerUse): LayerValue {
  const [constant, ...more] = use.constants;
  const steps = constant === undefined || more.length > 0 ? undefined : stepsOf(use, constant);
  if (steps === undefined || !steps.every(Number.isFinite)) {
    throw refuse(use, 'only +, -, * and / of a value and a number are read');
  }
  const channels = only(use).shape.at(-1)!;
  const [scale, offset] = steps as [number, number];
  return affine(use, {
    scale: Array(channels).fill(scale),
    offset: Array(channels).fill(offset),
  });
}

/** Scale and offset of the operation; Keras 2 names its function, Keras 3 its class. */
function stepsOf(
  { layer }: LayerUse,
  { value, first }: { value: number; first: boolean },
): [number, number] | undefined {
  const written = layer.config.get('function');
  const name = layer.className === 'TFOpLambda' ? written : layer.className;
  switch (name) {
    case 'Add':
    case 'math.add':
    case '__operators__.add':
      return [1, value];
    case 'Subtract':
    case 'math.subtract':
      return first ? [-1, value] : [1, -value];
    case 'Multiply':
    case 'math.multiply':
      return [value, 0];
    case 'TrueDivide':
    case 'Divide':
    case 'math.truediv':
    case 'math.divide':
      return first ? undefined : [1 / value, 0];
    default:
      return undefined;
  }
}

function perChannel(
  use: LayerUse,
  key: string,
  { channels, standard }: { channels: number; standard?: number },
): number[] {
  let value: unknown = use.layer.config.get(key) ?? standard;
  // Keras 3 may write {class_name: "__numpy__", config: {value}}.
  if (isObject(value) && isObject(value.config)) value = value.config.value;
  const numbers: unknown[] = [value].flat(4);
  const all = numbers.length === 1 ? Array(channels).fill(numbers[0]) : numbers;
  if (all.length !== channels || !all.every((n) => typeof n === 'number' && Number.isFinite(n))) {
    const what = `is ${short(JSON.stringify(value) ?? 'missing')}`;
    throw use.layer.config.problem(key, `${what}, not a number or one for each channel`);
  }
  return all as number[];
}

/** Of the picture it is left to the host, which scales it anyway; elsewhere it becomes nodes. */
function affine(use: LayerUse, { scale, offset }: Affine): LayerValue {
  const input = only(use);
  const { scaling } = use.graph;
  if (input.scaled !== undefined && input.scaled === scaling.steps) {
    use.graph.scaling = {
      scale: scaling.scale.map((value, i) => value * scale[i]!),
      offset: scaling.offset.map((value, i) => value * scale[i]! + offset[i]!),
      steps: scaling.steps + 1,
    };
    return { ...input, scaled: scaling.steps + 1 };
  }
  const dims = input.shape.length === 3 ? [1, scale.length, 1, 1] : [1, scale.length];
  const factor = use.graph.floats(`${nameOf(use)}/scale`, dims, Float32Array.from(scale));
  const addend = use.graph.floats(`${nameOf(use)}/offset`, dims, Float32Array.from(offset));
  const product = add(use, 'Mul', { inputs: [input.value, factor], step: 'times' });
  return { value: add(use, 'Add', { inputs: [product, addend] }), shape: input.shape };
}
