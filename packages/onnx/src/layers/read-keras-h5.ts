import { storedKeys } from './h5-weights.ts';
import { layerProblem } from './layer-problem.ts';
import { parseLayersJson } from './layers-json.ts';
import type { LayersNetwork } from './layers-network.ts';
import { readTopology } from './layers-topology.ts';
import { readH5 } from './read-h5.ts';

/** Reads a whole model as Keras 2 and Keras 3 save it in one .h5 file: `model.save('x.h5')`. */
export async function readKerasH5(bytes: Uint8Array): Promise<LayersNetwork> {
  const contents = await readH5(bytes);
  if (contents.modelConfig === undefined) {
    const what = 'holds weights without a model (no attribute model_config); save the whole model';
    throw layerProblem('the HDF5 file', what);
  }
  const topology = parseLayersJson(contents.modelConfig, 'model_config');
  return { topology, weights: storedKeys(readTopology(topology), contents) };
}
