import { type Attribute, floatTensor, type Graph, int64Tensor } from '../graph.ts';

/** What later layers need to know of a value: its name, and its shape as Keras has it. */
export interface LayerValue {
  value: string;
  /** Without the batch: [height, width, channels], [n, channels, height, width] in the graph; or [channels]. */
  shape: number[];
  /** The picture as it came in: a Rescaling of it is taken out of the network. */
  raw?: boolean;
  /** Of a value with a border of zeros: what is inside, and the widths [top, left, bottom, right]. */
  padded?: { inside: LayerValue; pads: [number, number, number, number] };
  /** Of probabilities: what they were made of. */
  probabilities?: { kind: 'softmax' | 'sigmoid'; from: LayerValue };
}

export const PICTURE = 'picture';
export const LOGITS = 'logits';

/** A graph while it grows; every name in it is used once. */
export class LayersGraph {
  readonly graph: Graph = {
    name: 'classifier',
    nodes: [],
    initializers: [],
    inputs: [],
    outputs: [],
  };
  readonly #names = new Set([PICTURE, LOGITS]);

  /** Adds a node with one output, both called `name`, or nearly so, and gives that name. */
  node(
    op: string,
    name: string,
    { inputs, attributes = {} }: { inputs: string[]; attributes?: Record<string, Attribute> },
  ): string {
    const own = this.#unique(name);
    this.graph.nodes.push({ op, name: own, inputs, outputs: [own], attributes });
    return own;
  }

  floats(name: string, dims: number[], data: Float32Array): string {
    const own = this.#unique(name);
    this.graph.initializers.push(floatTensor(own, dims, data));
    return own;
  }

  scalar(name: string, value: number): string {
    return this.floats(name, [], Float32Array.of(value));
  }

  integers(name: string, values: number[]): string {
    const own = this.#unique(name);
    this.graph.initializers.push(int64Tensor(own, values));
    return own;
  }

  #unique(name: string): string {
    let own = name;
    for (let i = 2; this.#names.has(own); i++) own = `${name}#${i}`;
    this.#names.add(own);
    return own;
  }
}
