import type { Graph, Tensor as OnnxTensor } from '@maskwatch/onnx/graph';
import { COLOUR } from '@maskwatch/onnx/picture-input';
import { Problem } from '@maskwatch/platform/problem';
import * as tf from '@tensorflow/tfjs-core';
import type { Base } from './mobilenetv2.ts';

/** Weights of a convolution with its batch norm folded in, axes as ONNX and PyTorch have them. */
export interface FoldedConvolution {
  /** out, in / groups, height, width. */
  kernel: { shape: readonly number[]; data: Float32Array };
  bias: Float32Array;
}

/**
 * The convolutions of an ONNX MobileNetV2 in the order in which they run. Problem base-unfit where
 * they are not in the file as float32.
 */
export function convolutionsOf(graph: Graph): FoldedConvolution[] {
  const values = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const floats = (name = ''): OnnxTensor & { type: 'float' } => {
    const tensor = values.get(name);
    if (tensor?.type !== 'float') throw unfit(graph.name);
    return tensor;
  };
  return graph.nodes
    .filter(({ op, inputs }) => op === 'Conv' && inputs[1] !== COLOUR)
    .map(({ inputs }) => {
      const { dims, data } = floats(inputs[1]);
      return { kernel: { shape: dims, data }, bias: floats(inputs[2]).data };
    });
}

/** Puts weights into the layers. Problem base-unfit where they are of another network. */
export function loadBaseWeights(base: Base, convolutions: readonly FoldedConvolution[]): void {
  if (convolutions.length !== base.convolutions.length) throw unfit('The base');
  base.convolutions.forEach((layer, n) => {
    const { kernel, bias } = convolutions[n]!;
    const [wanted] = layer.getWeights();
    tf.tidy(() => {
      const stored = tf.tensor(kernel.data, [...kernel.shape]);
      // TensorFlow has height, width, in, out, and of a depthwise one height, width, channel, 1.
      const depthwise = layer.getClassName() === 'DepthwiseConv2D';
      const turned = tf.transpose(stored, depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0]);
      if (!tf.util.arraysEqual(turned.shape, wanted!.shape)) throw unfit('The base');
      layer.setWeights([turned, tf.tensor1d(bias)]);
    });
  });
}

function unfit(name: string): Problem {
  return new Problem('base-unfit', `${name} is no MobileNetV2 1.0 with folded batch norms.`, {
    action: 'Restore models/mobilenetv2-imagenet as it came.',
  });
}
