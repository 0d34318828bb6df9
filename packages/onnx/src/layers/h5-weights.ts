import type { H5Contents } from './h5-contents.ts';
import { layerProblem } from './layer-problem.ts';
import { weightNames } from './layer-weights.ts';
import type { LayersNetwork } from './layers-network.ts';
import type { LayerSpec, ModelSpec } from './layers-topology.ts';

type Weights = LayersNetwork['weights'];

/**
 * The weights of an .h5 file by layer: a group for each layer of the outermost model lists its
 * weights. Those of a plain layer are known by their order, since it may have been renamed; those
 * of a nested model by their names, since their order depends on what was frozen.
 */
export function storedKeys(
  model: ModelSpec,
  { weightNames: listed, datasets }: H5Contents,
): Weights {
  const weights: Weights = new Map();
  const root = listed.size > 0 && datasetsBelow(datasets, 'model_weights') ? 'model_weights/' : '';
  for (const layer of model.layers) {
    const name = layer.path.at(-1)!;
    const names = listed.get(`${root}${name}`) ?? [];
    const own = weightNames(layer);
    if (layer.model === undefined && names.length < own.length) {
      const what = `has ${names.length} weights in the file, not ${own.length}`;
      throw layerProblem(layer.config.place, what);
    }
    for (const [i, stored] of names.entries()) {
      const found = datasets.get(`${root}${name}/${stored}`);
      const key = layer.model === undefined ? own[i] : stored.replace(/:\d+$/, '');
      if (found !== undefined && key !== undefined) weights.set(`${name}/${key}`, found);
    }
  }
  return weights;
}

function datasetsBelow(datasets: H5Contents['datasets'], group: string): boolean {
  return [...datasets.keys()].some((path) => path.startsWith(`${group}/`));
}

/**
 * The weights of a .keras file by layer: each model has a group of layers named by their class
 * and a number (conv2d, conv2d_1), in the model's order, and in it vars/0, vars/1 and so on.
 */
export function countedKeys(model: ModelSpec, datasets: H5Contents['datasets']): Weights {
  const weights: Weights = new Map();
  addModel(model, '', { weights, datasets });
  return weights;
}

/** What Keras has called the group of a model's layers. */
const CONTAINERS = ['layers', '_layer_checkpoint_dependencies'];

function addModel(
  model: ModelSpec,
  path: string,
  into: { weights: Weights; datasets: H5Contents['datasets'] },
): void {
  const used = new Map<string, number>();
  for (const layer of model.layers) {
    const kind = snakeCase(layer.className);
    const count = used.get(kind) ?? 0;
    used.set(kind, count + 1);
    const group = count === 0 ? kind : `${kind}_${count}`;
    for (const container of CONTAINERS) addLayer(layer, `${path}${container}/${group}`, into);
  }
}

function addLayer(
  layer: LayerSpec,
  path: string,
  into: { weights: Weights; datasets: H5Contents['datasets'] },
): void {
  if (layer.model !== undefined) addModel(layer.model, `${path}/`, into);
  for (const [i, name] of weightNames(layer).entries()) {
    const found = into.datasets.get(`${path}/vars/${i}`);
    if (found !== undefined) into.weights.set([...layer.path, name].join('/'), found);
  }
}

/** As Keras makes a group's name of a class: GlobalAveragePooling2D, global_average_pooling2d. */
function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
