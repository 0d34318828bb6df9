import type { Attribute } from '../graph.ts';
import type { LayerCall } from './layer-calls.ts';
import { layerProblem } from './layer-problem.ts';
import type { WeightIndex } from './layer-weights.ts';
import type { LayersGraph, LayerValue } from './layers-graph.ts';
import type { LayerSpec } from './layers-topology.ts';

/** One use of a layer while it is converted. */
export interface LayerUse {
  graph: LayersGraph;
  layer: LayerSpec;
  weights: WeightIndex;
  keras3: boolean;
  inputs: LayerValue[];
  /** Numbers among the arguments. */
  constants: LayerCall['constants'];
}

export type ConvertLayer = (use: LayerUse) => LayerValue;

/** Largest side of a value between layers, and its most numbers. */
const MOST_SIDE = 8192;
const MOST_NUMBERS = 100_000_000;

export function nameOf(use: LayerUse): string {
  return use.layer.path.join('/');
}

export function refuse(use: LayerUse, what: string): Error {
  return layerProblem(use.layer.config.place, what);
}

/** The only value that the layer reads. */
export function only(use: LayerUse): LayerValue {
  const [input, ...more] = use.inputs;
  if (input === undefined || more.length > 0) {
    throw refuse(use, `reads ${use.inputs.length} values, not one`);
  }
  return input;
}

/** The only value, [height, width, channels]. */
export function onlyMap(use: LayerUse): LayerValue & { shape: [number, number, number] } {
  const input = only(use);
  if (input.shape.length !== 3) {
    throw refuse(use, `reads a row of ${input.shape.join(' x ')} values, not a picture or map`);
  }
  return input as LayerValue & { shape: [number, number, number] };
}

/** Refuses values ordered as [channels, height, width]. */
export function refuseChannelsFirst(use: LayerUse): void {
  if (use.layer.config.word('data_format', 'channelslast') !== 'channelslast') {
    throw refuse(use, 'data_format channels_first is not read');
  }
}

/** Adds a node of the layer; `step` tells several nodes of one layer apart. */
export function add(
  use: LayerUse,
  op: string,
  node: { inputs: string[]; attributes?: Record<string, Attribute>; step?: string },
): string {
  const name = nameOf(use);
  return use.graph.node(op, node.step === undefined ? name : `${name}/${node.step}`, node);
}

/** Refuses shapes that no classifier has. */
export function checkShape(use: LayerUse, { shape }: LayerValue): void {
  const numbers = shape.reduce((product, side) => product * side, 1);
  if (shape.some((side) => side < 1 || side > MOST_SIDE * 128) || numbers > MOST_NUMBERS) {
    throw refuse(use, `its output would be [${shape.join(', ')}]`);
  }
  if (shape.length === 3 && (shape[0]! > MOST_SIDE || shape[1]! > MOST_SIDE)) {
    throw refuse(use, `its output would be ${shape[1]} x ${shape[0]} pixels`);
  }
}
