import { isObject } from './layer-config.ts';
import { layerProblem } from './layer-problem.ts';

/** The output of a layer: its name within its model, which of its calls, which of its outputs. */
export interface Reference {
  layer: string;
  call: number;
  output: number;
}

/** One use of a layer: what it reads. */
export interface LayerCall {
  inputs: Reference[];
  /** Numbers among its arguments, of arithmetic written with operators; `first`: before the input. */
  constants: { value: number; first: boolean }[];
}

const MOST_CALLS = 1000;
const MOST_INPUTS = 256;

/** Reads `inbound_nodes`: lists in Keras 2 and TensorFlow.js, objects with arguments in Keras 3. */
export function callsOf(nodes: unknown, place: string): LayerCall[] {
  if (!Array.isArray(nodes) || nodes.length === 0) return [{ inputs: [], constants: [] }];
  if (nodes.length > MOST_CALLS) throw layerProblem(place, 'is used more than 1000 times');
  return [...nodes].map((node) => {
    const call: LayerCall = { inputs: [], constants: [] };
    collect(isObject(node) ? node.args : node, call, { place, depth: 0 });
    return call;
  });
}

/** The references in `input_layers` and `output_layers`: one, or a list of them. */
export function referencesOf(json: unknown, place: string): Reference[] {
  const call: LayerCall = { inputs: [], constants: [] };
  collect(json, call, { place, depth: 0 });
  return call.inputs;
}

/** Gathers all references below `json`, in their order. */
function collect(json: unknown, call: LayerCall, at: { place: string; depth: number }): void {
  if (at.depth > 4 || call.inputs.length > MOST_INPUTS) {
    throw layerProblem(at.place, 'what it reads is not understood');
  }
  const history = historyOf(json);
  if (history !== undefined) {
    const [layer, node, output] = history as [string, number, number];
    call.inputs.push({ layer, call: node, output });
    const given: unknown = (history as unknown[])[3];
    if (isObject(given) && typeof given.y === 'number') {
      call.constants.push({ value: given.y, first: false });
    }
  } else if (typeof json === 'number') {
    call.constants.push({ value: json, first: call.inputs.length === 0 });
  } else if (Array.isArray(json)) {
    for (const part of json) collect(part, call, { ...at, depth: at.depth + 1 });
  } else if (json !== null && json !== undefined) {
    throw layerProblem(at.place, 'what it reads is not understood');
  }
}

/** [layer, call, output] and what follows, when this is a reference in either way of writing. */
function historyOf(json: unknown): unknown[] | undefined {
  const list = isObject(json) && isObject(json.config) ? json.config.keras_history : json;
  if (!Array.isArray(list) || list.length > 4) return undefined;
  const [layer, call, output] = list as unknown[];
  const known = typeof layer === 'string' && isIndex(call) && isIndex(output);
  return known ? list : undefined;
}

function isIndex(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
