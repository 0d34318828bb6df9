import { type Attribute, float, int } from '../graph.ts';
import { isObject } from './layer-config.ts';
import { short } from './layer-problem.ts';
import { add, type LayerUse, nameOf, only, refuse } from './layer-use.ts';
import type { LayerValue } from './layers-graph.ts';

type Activate = (use: LayerUse, input: LayerValue) => LayerValue;

/** The activations that are read, by Keras's names. */
const ACTIVATIONS: ReadonlyMap<string, Activate> = new Map<string, Activate>([
  ['linear', (_, input) => input],
  ['relu', plain('Relu')],
  ['relu6', (use, input) => clip(use, input, { low: 0, high: 6 })],
  ['leaky_relu', (use, input) => one(use, input, 'LeakyRelu', { alpha: float(0.2) })],
  ['elu', plain('Elu')],
  ['selu', plain('Selu')],
  ['softplus', plain('Softplus')],
  ['softsign', plain('Softsign')],
  ['tanh', plain('Tanh')],
  ['sigmoid', sigmoid],
  ['hard_sigmoid', hardSigmoid],
  ['swish', gated((use, input) => one(use, input, 'Sigmoid'))],
  ['silu', gated((use, input) => one(use, input, 'Sigmoid'))],
  ['hard_swish', gated(hardSigmoid)],
  ['hard_silu', gated(hardSigmoid)],
  ['softmax', softmax],
]);

/** The value behind the activation that the layer names in its settings. */
export function activate(use: LayerUse, input: LayerValue): LayerValue {
  const given = use.layer.config.get('activation') ?? 'linear';
  // Keras may write {class_name, config: name} for its own functions.
  const name = isObject(given) ? given.config : given;
  const convert = typeof name === 'string' ? ACTIVATIONS.get(name) : undefined;
  if (convert === undefined) {
    const known = [...ACTIVATIONS.keys()].join(', ');
    throw refuse(use, `the activation ${short(JSON.stringify(given))} is not known (${known} are)`);
  }
  return convert(use, input);
}

export function activation(use: LayerUse): LayerValue {
  return activate(use, only(use));
}

export function relu(use: LayerUse): LayerValue {
  const { config } = use.layer;
  const input = only(use);
  if (config.number('threshold', 0) !== 0) throw refuse(use, 'a threshold is not read');
  const slope = config.number('negative_slope', 0);
  const most = config.get('max_value') === undefined ? undefined : config.number('max_value');
  if (slope === 0) {
    return most === undefined ? one(use, input, 'Relu') : clip(use, input, { low: 0, high: most });
  }
  const leaky = one(use, input, 'LeakyRelu', { alpha: float(slope) });
  return most === undefined ? leaky : clip(use, leaky, { high: most });
}

export function leakyRelu(use: LayerUse): LayerValue {
  const { config } = use.layer;
  const slope = config.number('negative_slope', config.number('alpha', 0.3));
  return one(use, only(use), 'LeakyRelu', { alpha: float(slope) });
}

export function elu(use: LayerUse): LayerValue {
  return one(use, only(use), 'Elu', { alpha: float(use.layer.config.number('alpha', 1)) });
}

export function softmaxLayer(use: LayerUse): LayerValue {
  const input = only(use);
  const axis = use.layer.config.number('axis', -1);
  if (axis !== -1 && axis !== input.shape.length) {
    throw refuse(use, `the axis ${axis} is not the last, that of the channels`);
  }
  return softmax(use, input);
}

function plain(op: string): Activate {
  return (use, input) => one(use, input, op);
}

function one(
  use: LayerUse,
  { value, shape }: LayerValue,
  op: string,
  attributes: Record<string, Attribute> = {},
): LayerValue {
  return { value: add(use, op, { inputs: [value], attributes, step: op.toLowerCase() }), shape };
}

function clip(
  use: LayerUse,
  { value, shape }: LayerValue,
  { low, high }: { low?: number; high: number },
): LayerValue {
  const name = nameOf(use);
  const least = low === undefined ? '' : use.graph.scalar(`${name}/low`, low);
  const inputs = [value, least, use.graph.scalar(`${name}/high`, high)];
  return { value: add(use, 'Clip', { inputs, step: 'clip' }), shape };
}

function sigmoid(use: LayerUse, input: LayerValue): LayerValue {
  return { ...one(use, input, 'Sigmoid'), probabilities: { kind: 'sigmoid', from: input } };
}

function softmax(use: LayerUse, input: LayerValue): LayerValue {
  const result = one(use, input, 'Softmax', { axis: int(1) });
  return { ...result, probabilities: { kind: 'softmax', from: input } };
}

/** Keras 3 is relu6(x + 3) / 6; Keras 2 and TensorFlow.js are clip(0.2 x + 0.5, 0, 1). */
function hardSigmoid(use: LayerUse, input: LayerValue): LayerValue {
  const alpha = float(use.keras3 ? 1 / 6 : 0.2);
  return one(use, input, 'HardSigmoid', { alpha, beta: float(0.5) });
}

/** A value times its own gate. */
function gated(gate: Activate): Activate {
  return (use, input) => {
    const inputs = [input.value, gate(use, input).value];
    return { value: add(use, 'Mul', { inputs, step: 'gated' }), shape: input.shape };
  };
}
