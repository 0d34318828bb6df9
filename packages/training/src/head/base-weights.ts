import type { Graph, Tensor as OnnxTensor } from '@maskwatch/onnx/graph';
import { COLOUR } from '@maskwatch/onnx/picture-input';
import { Problem } from '@maskwatch/platform/problem';
import * as tf from '@tensorflow/tfjs-core';
import type { Base } from './mobilenetv2.ts';

/**
 * Puts the weights of an ONNX MobileNetV2 (batch norms folded) into the layers, convolution by
 * convolution. Problem base-unfit where the graph is another network.
 */
export function loadBaseWeights(base: Base, graph: Graph): void {
  const values = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const convolutions = graph.nodes.filter(
    ({ op, inputs }) => op === 'Conv' && inputs[1] !== COLOUR,
  );
  if (convolutions.length !== base.convolutions.length) throw unfit(graph, convolutions.length);
  convolutions.forEach(({ inputs }, n) => {
    const layer = base.convolutions[n]!;
    const kernel = floats(values.get(inputs[1] ?? ''), graph);
    const bias = floats(values.get(inputs[2] ?? ''), graph);
    const [wanted] = layer.getWeights();
    tf.tidy(() => {
      const stored = tf.tensor(kernel.data, kernel.dims);
      // ONNX: out, in, height, width. TensorFlow: height, width, in, out, and of a depthwise one
      // height, width, channel, 1.
      const depthwise = layer.getClassName() === 'DepthwiseConv2D';
      const turned = tf.transpose(stored, depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0]);
      if (!tf.util.arraysEqual(turned.shape, wanted!.shape)) throw unfit(graph, n);
      layer.setWeights([turned, tf.tensor1d(bias.data)]);
    });
  });
}

function floats(tensor: OnnxTensor | undefined, graph: Graph): OnnxTensor & { type: 'float' } {
  if (tensor?.type !== 'float') throw unfit(graph, 0);
  return tensor;
}

function unfit(graph: Graph, at: number): Problem {
  return new Problem(
    'base-unfit',
    `${graph.name} is no MobileNetV2 1.0 with folded batch norms (convolution ${at}).`,
    { action: 'Restore models/mobilenetv2-imagenet as it came.' },
  );
}
