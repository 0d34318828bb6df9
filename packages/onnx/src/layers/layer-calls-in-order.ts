import type { LayerCall, Reference } from './layer-calls.ts';
import { LAYER_KINDS } from './layer-kinds.ts';
import { layerProblem, short } from './layer-problem.ts';
import { checkShape, type LayerUse } from './layer-use.ts';
import type { WeightIndex } from './layer-weights.ts';
import type { LayersGraph, LayerValue } from './layers-graph.ts';
import type { LayerSpec, ModelSpec } from './layers-topology.ts';

interface Surroundings {
  graph: LayersGraph;
  weights: WeightIndex;
}

interface Pending {
  layer: LayerSpec;
  call: LayerCall;
  index: number;
}

/** Uses of layers: a nested model may be used many times, and what it nests, too. */
const MOST_USES = 20_000;

/** Adds a model's layers to the graph, each call once what it reads is there; gives the outputs. */
export function runModel(
  surroundings: Surroundings,
  model: ModelSpec,
  inputs: LayerValue[],
): LayerValue[] {
  const values = new ModelValues(model, inputs);
  let pending: Pending[] = model.layers
    .filter(({ className }) => className !== 'InputLayer')
    .flatMap((layer) => layer.calls.map((call, index) => ({ layer, call, index })));
  if (pending.length > MOST_USES) {
    throw layerProblem('the model', 'uses layers more than 20000 times');
  }
  while (pending.length > 0) {
    const left: Pending[] = [];
    for (const next of pending) {
      const read = next.call.inputs.map((reference) => values.get(reference));
      if (read.every((value) => value !== undefined)) {
        values.set(next, callLayer(surroundings, { model, next, inputs: read }));
      } else {
        left.push(next);
      }
    }
    if (left.length === pending.length) throw stuck(left[0]!, values);
    pending = left;
  }
  return model.outputs.map((reference) => {
    const value = values.get(reference);
    if (value === undefined) {
      throw layerProblem('the model', `its output "${short(reference.layer)}" is not there`);
    }
    return value;
  });
}

function callLayer(
  { graph, weights }: Surroundings,
  { model, next, inputs }: { model: ModelSpec; next: Pending; inputs: LayerValue[] },
): LayerValue[] {
  const { layer, call } = next;
  graph.uses += 1;
  if (graph.uses > MOST_USES) {
    throw layerProblem(layer.config.place, 'the model uses layers more than 20000 times');
  }
  if (layer.model !== undefined) return runModel({ graph, weights }, layer.model, inputs);
  const convert = LAYER_KINDS.get(layer.className);
  if (convert === undefined) {
    throw layerProblem(layer.config.place, 'layers of this class are not read');
  }
  const { constants } = call;
  const use: LayerUse = { graph, layer, weights, keras3: model.keras3, inputs, constants };
  const output = convert(use);
  checkShape(use, output);
  if (output.scaled === undefined) {
    for (const { scaled } of inputs) if (scaled !== undefined) graph.pictureReads.add(scaled);
  }
  return [output];
}

/** What the calls of one model's layers gave, by layer and call. */
class ModelValues {
  readonly #values = new Map<string, LayerValue[][]>();

  constructor(model: ModelSpec, inputs: LayerValue[]) {
    if (model.inputs.length !== inputs.length) {
      const what = `reads ${inputs.length} values and has ${model.inputs.length} inputs`;
      throw layerProblem('a model', what);
    }
    for (const [i, { layer }] of model.inputs.entries()) this.#values.set(layer, [[inputs[i]!]]);
  }

  get({ layer, call, output }: Reference): LayerValue | undefined {
    return this.#values.get(layer)?.[call]?.[output];
  }

  set({ layer, index }: Pending, outputs: LayerValue[]): void {
    const name = layer.path.at(-1)!;
    const calls = this.#values.get(name) ?? [];
    calls[index] = outputs;
    this.#values.set(name, calls);
  }
}

function stuck({ layer, call }: Pending, values: ModelValues): Error {
  const missing = call.inputs.find((reference) => values.get(reference) === undefined);
  const what = `reads "${short(missing?.layer ?? '')}", which no layer before it gives`;
  return layerProblem(layer.config.place, what);
}
