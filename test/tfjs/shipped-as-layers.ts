import { readFile } from 'node:fs/promises';
import { readOnnx } from '@maskwatch/onnx/onnx-reader';
import type { LoadedModel } from '@maskwatch/runtime/registry';
import { convolutionsOf, loadBaseWeights } from '@maskwatch/training/head/base-weights';
import { classifierNetwork } from '@maskwatch/training/head/classifier-network';
import { mobilenetv2 } from '@maskwatch/training/head/mobilenetv2';
import { tensor1d, tensor2d, transpose } from '@tensorflow/tfjs-core';
import { type LayersModel, models } from '@tensorflow/tfjs-layers';

/** The shipped mask classifier in layers of TensorFlow.js, with its own weights and a softmax behind. */
export async function shippedAsLayers({ model, path }: LoadedModel): Promise<LayersModel> {
  const graph = readOnnx(await readFile(path));
  const base = mobilenetv2({ size: model.input.size });
  const all = convolutionsOf(graph);
  loadBaseWeights(base, all);
  const head = { dense: [], activation: 'linear', dropout: 0, classes: 3, seed: 1 } as const;
  const { probabilities } = classifierNetwork(base, head);
  const value = (name: string) => {
    const found = graph.initializers.find((tensor) => tensor.name === name);
    if (found?.type !== 'float') throw new Error(`${model.name} has no ${name}`);
    return found;
  };
  const weight = value('dense.weight');
  const [classes, features] = weight.dims as [number, number];
  const kernel = transpose(tensor2d(weight.data, [classes, features]));
  probabilities.getLayer('logits').setWeights([kernel, tensor1d(value('dense.bias').data)]);
  return paddedBelow(probabilities);
}

/**
 * The same weights with a layer of zeros before each convolution that halves, as Keras draws the
 * network: `same` would pad an odd map on both sides.
 */
async function paddedBelow(network: LayersModel): Promise<LayersModel> {
  const json = network.toJSON(undefined, false) as unknown as LayersJson;
  json.config.layers = json.config.layers.flatMap((layer) => {
    const { config, inbound_nodes: inbound } = layer;
    if (config.strides?.[0] !== 2) return [layer];
    const name = `${config.name}_pad`;
    const padding = [
      [0, 1],
      [0, 1],
    ];
    const pad = {
      ...{ name, class_name: 'ZeroPadding2D', inbound_nodes: inbound },
      config: { name, padding, data_format: 'channels_last' },
    };
    const own = { ...config, padding: 'valid' };
    return [pad, { ...layer, config: own, inbound_nodes: [[[name, 0, 0, {}]]] }];
  });
  const padded = await models.modelFromJSON(
    json as unknown as Parameters<typeof models.modelFromJSON>[0],
  );
  padded.setWeights(network.getWeights());
  return padded;
}

interface LayersJson {
  config: {
    layers: {
      class_name: string;
      config: { name: string; strides?: number[]; padding?: unknown };
      inbound_nodes: unknown;
    }[];
  };
}
