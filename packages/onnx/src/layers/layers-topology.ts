import { callsOf, type LayerCall, type Reference, referencesOf } from './layer-calls.ts';
import { isObject, type JsonObject, LayerConfig } from './layer-config.ts';
import { layerPlace, layerProblem, short } from './layer-problem.ts';

/** One layer as its file describes it. */
export interface LayerSpec {
  /** Names of the models that it stands in, without the outermost, and its own. */
  path: string[];
  className: string;
  config: LayerConfig;
  /** Once for each time that it is used; the first is call 0. */
  calls: LayerCall[];
  /** Of a layer that is itself a model. */
  model?: ModelSpec;
}

export interface ModelSpec {
  /** Whether it was written by Keras 3, which gave some names another meaning. */
  keras3: boolean;
  layers: LayerSpec[];
  inputs: Reference[];
  outputs: Reference[];
}

const MODELS = new Set(['Sequential', 'Functional', 'Model']);
const MOST_NESTED = 8;
const MOST_LAYERS = 5000;

/** Reads the JSON of a model into its layers, and refuses what it does not understand by name. */
export function readTopology(topology: unknown): ModelSpec {
  const outer = isObject(topology) ? (topology.model_config ?? topology) : undefined;
  if (!isObject(outer)) throw layerProblem('the model', 'has no JSON object with its layers');
  return new TopologyReader().model(outer, []);
}

class TopologyReader {
  #layers = 0;

  model(json: JsonObject, path: string[]): ModelSpec {
    const place = path.length === 0 ? 'the model' : layerPlace(path, String(json.class_name));
    if (path.length > MOST_NESTED) throw layerProblem(place, 'is nested more than 8 deep');
    if (!MODELS.has(String(json.class_name))) {
      const what = `is a "${short(String(json.class_name))}", not Sequential or Functional`;
      throw layerProblem(place, `${what}; a subclassed model cannot be read from its file`);
    }
    // Sequential models of old were just the list.
    const config = Array.isArray(json.config) ? { layers: json.config } : json.config;
    const list = isObject(config) ? config.layers : undefined;
    if (!isObject(config) || !Array.isArray(list) || list.length === 0) {
      throw layerProblem(place, 'has no layers');
    }
    const layers = [...list].map((layer) => this.#layer(layer, { path, place }));
    const names = new Set(layers.map((layer) => layer.path.at(-1)));
    if (names.size < layers.length) throw layerProblem(place, 'has two layers of one name');
    const keras3 = layers.some((layer) => isKeras3(layer));
    if (json.class_name === 'Sequential') return sequential({ layers, keras3, json, config, path });
    const inputs = referencesOf(config.input_layers, place);
    const outputs = referencesOf(config.output_layers, place);
    countFromZero(layers, outputs);
    return { keras3, layers, inputs, outputs };
  }

  #layer(json: unknown, model: { path: string[]; place: string }): LayerSpec {
    this.#layers += 1;
    if (this.#layers > MOST_LAYERS) throw layerProblem(model.place, 'has more than 5000 layers');
    if (!isObject(json) || typeof json.class_name !== 'string') {
      throw layerProblem(model.place, `its layer ${this.#layers} has no class_name`);
    }
    const config = isObject(json.config) ? json.config : {};
    const name = json.name ?? config.name;
    if (typeof name !== 'string' || name === '' || name.length > 300) {
      throw layerProblem(model.place, `its layer ${this.#layers} has no name`);
    }
    const path = [...model.path, name];
    const place = layerPlace(path, json.class_name);
    const layer: LayerSpec = {
      path,
      className: json.class_name,
      config: new LayerConfig(place, config),
      calls: callsOf(json.inbound_nodes, place),
    };
    if (MODELS.has(json.class_name)) layer.model = this.model(json, path);
    return layer;
  }
}

/**
 * Keras 2 and TensorFlow.js count the making of a nested model as its call 0 and leave it out of
 * the file, so its first use is call 1; here it is call 0, as in Keras 3.
 */
function countFromZero(layers: LayerSpec[], outputs: Reference[]): void {
  const counts = new Map(
    layers.filter(({ model }) => model).map(({ path, calls }) => [path.at(-1)!, calls.length]),
  );
  const calls = layers.flatMap((layer) => layer.calls);
  const references = [...calls.flatMap(({ inputs }) => inputs), ...outputs];
  const ahead = new Set(
    references.filter(({ layer, call }) => call === counts.get(layer)).map(({ layer }) => layer),
  );
  for (const reference of references) if (ahead.has(reference.layer)) reference.call -= 1;
}

/** Only Keras 3 calls the shape of an input batch_shape. */
function isKeras3(layer: LayerSpec): boolean {
  return layer.model?.keras3 ?? layer.config.get('batch_shape') !== undefined;
}

/** A Sequential model as a functional one: an input, then each layer called on the one before. */
function sequential(model: {
  layers: LayerSpec[];
  keras3: boolean;
  json: JsonObject;
  config: JsonObject;
  path: string[];
}): ModelSpec {
  const layers = [...model.layers];
  if (layers[0]?.className !== 'InputLayer') layers.unshift(impliedInput(model));
  for (const [i, layer] of layers.entries()) {
    const before = layers[i - 1];
    if (before === undefined) continue;
    const input = { layer: before.path.at(-1)!, call: 0, output: 0 };
    layer.calls = [{ inputs: [input], constants: [] }];
  }
  const end = (layer: LayerSpec) => [{ layer: layer.path.at(-1)!, call: 0, output: 0 }];
  return { keras3: model.keras3, layers, inputs: end(layers[0]!), outputs: end(layers.at(-1)!) };
}

/** The input that a Sequential model has without saying so; its shape may stand in three places. */
function impliedInput(model: {
  layers: LayerSpec[];
  json: JsonObject;
  config: JsonObject;
  path: string[];
}): LayerSpec {
  const first = model.layers[0]!;
  const build = isObject(model.json.build_config) ? model.json.build_config.input_shape : undefined;
  const shape =
    first.config.get('batch_input_shape') ??
    first.config.get('batch_shape') ??
    (first.model === undefined ? undefined : inputShape(first.model)) ??
    model.config.build_input_shape ??
    build;
  // No name of a layer is empty, so this one is free.
  const path = [...model.path, ''];
  const config = new LayerConfig(layerPlace(path, 'InputLayer'), { batch_shape: shape });
  return { path, className: 'InputLayer', config, calls: [{ inputs: [], constants: [] }] };
}

/** The shape of a model's only input as its file has it, the batch first; undefined: not said. */
export function inputShape(model: ModelSpec): unknown {
  const name = model.inputs[0]?.layer;
  const layer = model.layers.find(({ path }) => path.at(-1) === name);
  return layer?.config.get('batch_shape') ?? layer?.config.get('batch_input_shape');
}
