import type { LayerConfig } from './layer-config.ts';
import { layerProblem } from './layer-problem.ts';
import { type LayersNetwork, type LayerWeight, MOST_WEIGHTS } from './layers-network.ts';
import type { LayerSpec } from './layers-topology.ts';

const bias = (config: LayerConfig) => (config.flag('use_bias', true) ? ['bias'] : []);

/** The weights that each class of layer has, in the order in which Keras saves them. */
const NAMES: ReadonlyMap<string, (config: LayerConfig) => string[]> = new Map([
  ['Conv2D', (config) => ['kernel', ...bias(config)]],
  ['DepthwiseConv2D', (config) => ['depthwise_kernel', ...bias(config)]],
  ['SeparableConv2D', (config) => ['depthwise_kernel', 'pointwise_kernel', ...bias(config)]],
  ['Dense', (config) => ['kernel', ...bias(config)]],
  [
    'BatchNormalization',
    (config) => [
      ...(config.flag('scale', true) ? ['gamma'] : []),
      ...(config.flag('center', true) ? ['beta'] : []),
      'moving_mean',
      'moving_variance',
    ],
  ],
  ['Normalization', (config) => (config.get('mean') === undefined ? ['mean', 'variance'] : [])],
]);

export function weightNames(layer: LayerSpec): string[] {
  return NAMES.get(layer.className)?.(layer.config) ?? [];
}

/** What Keras 3 calls a weight that had another name before. */
const NEWER = new Map([['depthwise_kernel', 'kernel']]);

/** Finds the weights of a layer under the names of whatever container they came in. */
export class WeightIndex {
  readonly #weights: LayersNetwork['weights'];
  /** Every end of a key, from a name on, and the keys that end so. */
  readonly #ends = new Map<string, string[]>();
  /** Which layer took a key: a weight that two layers would take is ambiguous. */
  readonly #takers = new Map<string, string>();

  constructor(weights: LayersNetwork['weights']) {
    this.#weights = weights;
    let total = 0;
    for (const [key, { data }] of weights) {
      total += data.length;
      if (total > MOST_WEIGHTS) throw layerProblem('the weights', 'are more than 200 million');
      const names = key.split('/');
      if (names.length > 32) throw layerProblem('the weights', 'a name has more than 32 parts');
      for (let i = 0; i < names.length; i++) {
        const end = names.slice(i).join('/');
        const keys = this.#ends.get(end);
        if (keys === undefined) this.#ends.set(end, [key]);
        else keys.push(key);
      }
    }
  }

  /** The weight of a layer, of exactly this shape and finite. */
  take(layer: LayerSpec, weight: string, shape: number[]): Float32Array {
    const found = this.#find(layer, weight);
    if (found === undefined) throw layerProblem(layer.config.place, `has no weight "${weight}"`);
    const size = shape.reduce((product, side) => product * side, 1);
    if (found.shape.join() !== shape.join() || found.data.length !== size) {
      const what = `"${weight}" is [${found.shape.join(', ')}], not [${shape.join(', ')}]`;
      throw layerProblem(layer.config.place, `the weight ${what}`);
    }
    if (found.data.some((value) => !Number.isFinite(value))) {
      throw layerProblem(layer.config.place, `the weight "${weight}" holds what is no number`);
    }
    return found.data;
  }

  /** The shape of a weight as it is stored; undefined where it is missing. */
  shapeOf(layer: LayerSpec, weight: string): number[] | undefined {
    return this.#find(layer, weight)?.shape;
  }

  #find(layer: LayerSpec, weight: string): LayerWeight | undefined {
    let [key, ...others] = this.#keys(layer, weight);
    if (key === undefined) [key, ...others] = this.#keys(layer, NEWER.get(weight) ?? weight);
    if (key === undefined) return undefined;
    const path = layer.path.join('/');
    const taker = this.#takers.get(key) ?? path;
    if (others.length > 0 || taker !== path) {
      throw layerProblem(layer.config.place, `the weight "${weight}" is another layer's too`);
    }
    this.#takers.set(key, path);
    return this.#weights.get(key);
  }

  /** The keys with the most of the layer's path at their end; of several, those with its models. */
  #keys(layer: LayerSpec, weight: string): string[] {
    const exact = [...layer.path, weight].join('/');
    if (this.#weights.has(exact)) return [exact];
    for (let i = 0; i < layer.path.length; i++) {
      const keys = this.#ends.get([...layer.path.slice(i), weight].join('/')) ?? [];
      if (keys.length < 2) {
        if (keys.length === 1) return keys;
        continue;
      }
      const models = layer.path.slice(0, i);
      const within = keys.filter((key) => models.every((model) => key.split('/').includes(model)));
      return within.length > 0 ? within : keys;
    }
    return [];
  }
}
