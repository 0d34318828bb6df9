import { type Attribute, floatTensor, type Graph, int64Tensor } from '../graph.ts';
import { layerProblem, short } from './layer-problem.ts';
import { MOST_WEIGHTS } from './layers-network.ts';

/** What later layers need to know of a value: its name, and its shape as Keras has it. */
export interface LayerValue {
  value: string;
  /** Without the batch: [height, width, channels], [n, channels, height, width] in the graph; or [channels]. */
  shape: number[];
  /** Of the picture: how many times it was scaled, outside of the network. */
  scaled?: number;
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
  /** How the picture must be scaled before it goes in, a factor and an addend for each channel. */
  scaling: { scale: number[]; offset: number[]; steps: number } = {
    scale: [1, 1, 1],
    offset: [0, 0, 0],
    steps: 0,
  };
  /** After how many scalings the layers read the picture: only one is possible. */
  readonly pictureReads = new Set<number>();
  /** Uses of layers so far; what is used within a model that is used often counts each time. */
  uses = 0;
  #numbers = 0;
  readonly #names = new Set([PICTURE, LOGITS]);
  readonly #made = new Map<object, Map<string, string>>();

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
    this.#numbers += data.length;
    if (this.#numbers > 2 * MOST_WEIGHTS) {
      throw layerProblem(`layer "${short(name)}"`, 'the model has more than 400 million constants');
    }
    const own = this.#unique(name);
    this.graph.initializers.push(floatTensor(own, dims, data));
    return own;
  }

  /** The floats of a layer, made and added at its first use and shared by the others. */
  floatsOf(
    owner: object,
    name: string,
    { dims, make }: { dims: number[]; make: () => Float32Array },
  ): string {
    const made = this.#made.get(owner) ?? new Map<string, string>();
    this.#made.set(owner, made);
    const own = made.get(name) ?? this.floats(name, dims, make());
    made.set(name, own);
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
