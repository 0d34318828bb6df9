import { ints } from '../graph.ts';
import { add, type LayerUse, nameOf, only, refuse } from './layer-use.ts';
import type { LayerValue } from './layers-graph.ts';

/** A layer that does nothing when a network is run: dropout, noise, augmentation. */
export function unchanged(use: LayerUse): LayerValue {
  return only(use);
}

export function flatten(use: LayerUse): LayerValue {
  return toRow(use, only(use));
}

/** To a row of values, or to [height, width, channels]; one side may be -1. */
export function reshape(use: LayerUse): LayerValue {
  const input = only(use);
  const target = use.layer.config.get('target_shape');
  const sides: unknown[] = Array.isArray(target) ? target : [];
  const size = input.shape.reduce((product, side) => product * side, 1);
  const known = sides.map(Number).filter((side) => side !== -1);
  const rest = size / known.reduce((product, side) => product * side, 1);
  const shape = sides.map((side) => (side === -1 ? rest : Number(side)));
  const whole = shape.every((side) => Number.isInteger(side) && side >= 1);
  const fits = known.length > shape.length - 2 && shape.reduce((a, b) => a * b, 1) === size;
  if (!whole || !fits || (shape.length !== 1 && shape.length !== 3)) {
    const what = `the shape ${JSON.stringify(target) ?? 'missing'} of [${input.shape.join(', ')}]`;
    throw refuse(use, `${what} is not read: a row or [height, width, channels] is`);
  }
  if (shape.join() === input.shape.join()) return input;
  const row = toRow(use, input);
  return shape.length === 1 ? row : toMap(use, row, shape as [number, number, number]);
}

/** [height, width, channels] as one row, in Keras's order. */
export function toRow(use: LayerUse, input: LayerValue): LayerValue {
  if (input.shape.length === 1) return input;
  const [height, width, channels] = input.shape as [number, number, number];
  let value = input.value;
  if (height * width > 1 && channels > 1) {
    const attributes = { perm: ints([0, 2, 3, 1]) };
    value = add(use, 'Transpose', { inputs: [value], attributes, step: 'channels-last' });
  }
  const size = height * width * channels;
  const shape = use.graph.integers(`${nameOf(use)}/shape`, [0, size]);
  const row = {
    value: add(use, 'Reshape', { inputs: [value, shape], step: 'row' }),
    shape: [size],
  };
  if (input.probabilities === undefined || height * width > 1) return row;
  const { kind, from } = input.probabilities;
  return { ...row, probabilities: { kind, from: toRow(use, from) } };
}

function toMap(use: LayerUse, row: LayerValue, shape: [number, number, number]): LayerValue {
  const sides = use.graph.integers(`${nameOf(use)}/sides`, [0, ...shape]);
  const last = add(use, 'Reshape', { inputs: [row.value, sides], step: 'map' });
  const attributes = { perm: ints([0, 3, 1, 2]) };
  const value = add(use, 'Transpose', { inputs: [last], attributes, step: 'channels-first' });
  return { value, shape };
}
