import { isObject } from './layer-config.ts';
import { layerProblem, short } from './layer-problem.ts';
import { parseLayersJson } from './layers-json.ts';
import type { LayersNetwork, LayerWeight } from './layers-network.ts';
import { type StoredWeight, storedWeights } from './tfjs-manifest.ts';

/**
 * Reads a LayersModel as TensorFlow.js and its converter save it: model.json and files of weights
 * beside it. `shard` gives such a file by its plain name, which never has a slash in it.
 */
export async function readTfjsModel(
  modelJson: Uint8Array,
  shard: (name: string) => Promise<Uint8Array>,
): Promise<LayersNetwork> {
  const json = parseLayersJson(modelJson, 'model.json');
  if (!isObject(json)) throw layerProblem('model.json', 'holds no JSON object');
  const topology = json.modelTopology;
  if (json.format === 'graph-model' || (isObject(topology) && topology.node !== undefined)) {
    const what = 'is a GraphModel, in which the layers are gone; "--runtime tfjs" runs it as it is';
    throw layerProblem('model.json', what);
  }
  if (!isObject(topology)) throw layerProblem('model.json', 'has no modelTopology');
  const weights = new Map<string, LayerWeight>();
  for (const group of storedWeights(json.weightsManifest)) {
    const bytes = await groupBytes(group, shard);
    let start = 0;
    for (const weight of group.weights) {
      const end = start + weight.bytes;
      const data = weight.decode(bytes.slice(start, end));
      if (data !== undefined) weights.set(weight.name, { shape: weight.shape, data });
      start = end;
    }
  }
  return { topology, weights };
}

/** The files of a group one after the other; their sum must be what the weights take. */
async function groupBytes(
  { paths, weights }: { paths: string[]; weights: StoredWeight[] },
  shard: (name: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const expected = weights.reduce((sum, { bytes }) => sum + bytes, 0);
  const result = new Uint8Array(expected);
  let filled = 0;
  for (const path of paths) {
    const bytes = await shard(path);
    if (filled + bytes.length > expected) {
      throw layerProblem(short(path), `is longer than its weights, ${expected} bytes in all`);
    }
    result.set(bytes, filled);
    filled += bytes.length;
  }
  if (filled < expected) {
    const names = short(paths.join(', '));
    throw layerProblem(names, `holds ${filled} bytes; its weights take ${expected}`);
  }
  return result;
}
