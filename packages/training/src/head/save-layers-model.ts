import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayersNetwork } from '@maskwatch/onnx/layers/layers-network';
import { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

const weightsFile = 'weights.bin';

/**
 * Writes a folder that `tf.loadLayersModel` and `maskwatch models import` read: model.json with the
 * layers, weights.bin with float32 values.
 */
export async function saveLayersModel(folder: string, network: LayersModel): Promise<void> {
  await mkdir(folder, { recursive: true });
  await network.save(
    io.withSaveHandler(async (artifacts) => {
      const { modelTopology, weightSpecs = [], weightData } = artifacts;
      const { format, generatedBy, convertedBy } = artifacts;
      const weightsManifest = [{ paths: [weightsFile], weights: weightSpecs }];
      const json = { format, generatedBy, convertedBy, modelTopology, weightsManifest };
      const bytes = io.CompositeArrayBuffer.join(weightData);
      await writeFile(join(folder, weightsFile), new Uint8Array(bytes));
      await writeFile(join(folder, 'model.json'), JSON.stringify(json));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
}

/** The same layers and weights as the converter to ONNX takes them. */
export function layersNetworkOf(network: LayersModel): LayersNetwork {
  const weights: LayersNetwork['weights'] = new Map();
  for (const weight of network.weights) {
    const value = weight.read();
    const data = value.dataSync<'float32'>().slice();
    weights.set(weight.originalName, { shape: [...value.shape], data });
  }
  return { topology: network.toJSON(undefined, false), weights };
}
