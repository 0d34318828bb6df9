import { int } from '../graph.ts';
import { add, type LayerUse, refuse } from './layer-use.ts';
import type { LayerValue } from './layers-graph.ts';
import { arithmetic } from './scaling-layers.ts';

const ARITHMETIC: Record<string, string> = {
  Add: 'Add',
  Subtract: 'Sub',
  Multiply: 'Mul',
  Maximum: 'Max',
  Minimum: 'Min',
};

/** Values of equal rank, joined number by number; sides of 1 are repeated. */
export function merge(use: LayerUse): LayerValue {
  const [first, ...others] = use.inputs;
  if (use.inputs.length === 1 && use.constants.length > 0) return arithmetic(use);
  const op = ARITHMETIC[use.layer.className]!;
  if (first === undefined || others.length === 0) throw refuse(use, 'reads fewer than two values');
  if (op === 'Sub' && others.length > 1) throw refuse(use, 'reads more than two values');
  return others.reduce((left, right) => {
    const shape = commonShape(use, left, right);
    return { value: add(use, op, { inputs: [left.value, right.value] }), shape };
  }, first);
}

function commonShape(use: LayerUse, left: LayerValue, right: LayerValue): number[] {
  const shape = left.shape.map((side, i) => (side === 1 ? (right.shape[i] ?? 0) : side));
  const fits = right.shape.every((side, i) => side === 1 || side === shape[i]);
  if (left.shape.length !== right.shape.length || !fits) {
    const what = `[${left.shape.join(', ')}] and [${right.shape.join(', ')}]`;
    throw refuse(use, `${what} cannot be joined`);
  }
  return shape;
}

export function concatenate(use: LayerUse): LayerValue {
  const [first, ...others] = use.inputs;
  if (first === undefined) throw refuse(use, 'reads nothing');
  const rank = first.shape.length;
  const axis = use.layer.config.number('axis', -1);
  if (axis !== -1 && axis !== rank) {
    throw refuse(use, `the axis ${axis} is not the last, that of the channels`);
  }
  const outside = (value: LayerValue) => value.shape.slice(0, -1).join();
  if (others.some((o) => o.shape.length !== rank || outside(o) !== outside(first))) {
    throw refuse(use, 'reads values of different sizes');
  }
  const channels = use.inputs.reduce((sum, { shape }) => sum + shape.at(-1)!, 0);
  const inputs = use.inputs.map(({ value }) => value);
  const value = add(use, 'Concat', { inputs, attributes: { axis: int(1) } });
  return { value, shape: [...first.shape.slice(0, -1), channels] };
}
