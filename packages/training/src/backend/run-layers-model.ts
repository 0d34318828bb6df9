import { messageOf, Problem } from '@maskwatch/platform/problem';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { openBackend } from './tensorflow.ts';

export interface SavedLayers {
  /** The parsed model.json of a folder. */
  json: { modelTopology?: unknown; weightsManifest?: unknown };
  /** The files of weights that it names, one after the other. */
  weights: Uint8Array;
}

/** float32 [height, width, 3] */
export interface LayersInput {
  values: Float32Array;
  width: number;
  height: number;
}

/**
 * What plain TensorFlow.js says of pictures with a saved LayersModel: a row each. Problem
 * import-original where it does not take the model.
 */
export async function runLayersModel(
  { json, weights }: SavedLayers,
  inputs: readonly LayersInput[],
): Promise<Float32Array[]> {
  try {
    await openBackend(async () => undefined, ['wasm', 'cpu']);
    const manifest = json.weightsManifest as tf.io.WeightsManifestConfig;
    const model = await loadLayersModel(
      tf.io.fromMemory({
        modelTopology: json.modelTopology as object,
        weightSpecs: manifest.flatMap((group) => group.weights),
        weightData: new Uint8Array(weights).buffer,
      }),
    );
    const rows = inputs.map(({ values, width, height }) =>
      tf.tidy(() => {
        const output = model.predict(tf.tensor4d(values, [1, height, width, 3]));
        return (output as tf.Tensor).dataSync<'float32'>().slice();
      }),
    );
    model.dispose();
    return rows;
  } catch (cause) {
    const message = messageOf(cause).split('\n')[0]!.slice(0, 200);
    throw new Problem('import-original', `it fails there: ${message}`, { cause });
  }
}
