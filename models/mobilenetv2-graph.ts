import { floatTensor, type Graph, int, ints, type Node, string } from '@maskwatch/onnx/graph';
import { stages } from '@maskwatch/training/head/mobilenetv2-stages';
import type { NpyArray } from './npz.ts';

export const featureChannels = 1280;

interface Convolution {
  from: string;
  size?: 1 | 3;
  stride?: number;
  groups?: number;
  linear?: boolean;
}

/**
 * The lower part of MobileNetV2 1.0 as TensorFlow draws it: pictures [n, 3, height, width] from -1
 * to 1 in, the means of the last 1,280 channels out. Batch-norm is in the weights already; they are
 * named conv00 to conv51 in the order of the network. A stride of 2 pads right and below where the
 * side is even, as TensorFlow's SAME does.
 */
export function mobilenetv2Features(name: string, weights: Map<string, NpyArray>): Graph {
  const graph: Graph = {
    name,
    nodes: [],
    initializers: [floatScalar('zero', 0), floatScalar('six', 6)],
    inputs: [{ name: 'pictures', type: 'float', shape: ['n', 3, 'height', 'width'] }],
    outputs: [{ name: 'features', type: 'float', shape: ['n', featureChannels] }],
  };
  let value = new Layers(graph, weights).body();
  value = node(graph, { op: 'GlobalAveragePool', name: 'means', inputs: [value] });
  node(graph, {
    ...{ op: 'Flatten', name: 'features', inputs: [value] },
    attributes: { axis: int(1) },
  });
  return graph;
}

class Layers {
  readonly #graph: Graph;
  readonly #weights: Map<string, NpyArray>;
  #count = 0;

  constructor(graph: Graph, weights: Map<string, NpyArray>) {
    this.#graph = graph;
    this.#weights = weights;
  }

  body(): string {
    let channels = 32;
    let value = this.#convolution({ from: 'pictures', size: 3, stride: 2 });
    for (const [expansion, filters, blocks, firstStride] of stages) {
      for (let block = 0; block < blocks; block += 1) {
        const before = value;
        const stride = block === 0 ? firstStride : 1;
        const groups = channels * expansion;
        if (expansion > 1) value = this.#convolution({ from: value });
        value = this.#convolution({ from: value, size: 3, stride, groups });
        value = this.#convolution({ from: value, linear: true });
        if (stride === 1 && channels === filters) {
          const name = `sum${this.#count}`;
          value = node(this.#graph, { op: 'Add', name, inputs: [before, value] });
        }
        channels = filters;
      }
    }
    return this.#convolution({ from: value });
  }

  #convolution({ from, size = 1, stride = 1, groups = 1, linear = false }: Convolution): string {
    const name = `conv${String(this.#count).padStart(2, '0')}`;
    this.#count += 1;
    const inputs = [from, this.#constant(`${name}.weight`), this.#constant(`${name}.bias`)];
    const attributes = {
      kernel_shape: ints([size, size]),
      strides: ints([stride, stride]),
      auto_pad: string('SAME_UPPER'),
      group: int(groups),
    };
    const value = node(this.#graph, { op: 'Conv', name, inputs, attributes });
    if (linear) return value;
    return node(this.#graph, { op: 'Clip', name: `${name}/relu6`, inputs: [value, 'zero', 'six'] });
  }

  #constant(name: string): string {
    const array = this.#weights.get(name);
    if (array === undefined) throw new Error(`the weights have no ${name}`);
    this.#graph.initializers.push(floatTensor(name, array.shape, array.data));
    return name;
  }
}

function floatScalar(name: string, value: number) {
  return floatTensor(name, [], Float32Array.of(value));
}

/** Adds a node that writes the value of its own name. */
function node(graph: Graph, given: Omit<Node, 'outputs' | 'attributes'> & Partial<Node>): string {
  graph.nodes.push({ attributes: {}, outputs: [given.name], ...given });
  return given.name;
}
