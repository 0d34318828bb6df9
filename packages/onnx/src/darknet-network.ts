import { cfgProblem, place, type Section } from './darknet-cfg.ts';
import type { DarknetWeights } from './darknet-weights.ts';
import type { Attribute, Graph } from './graph.ts';

/** What later layers need to know of a converted one. */
export interface Layer {
  value: string;
  channels: number;
  /** Pixels of the input per cell. */
  stride: number;
}

/** One head: where its raw map is, and what a decoder needs to know of it. */
export interface Head {
  output: string;
  stride: number;
  /** Width and height in pixels of the network's input, in the order of the map's channels. */
  anchors: [number, number][];
  classes: number;
  scaleXY: number;
}

/** Bounds of one layer: the widest of the YOLOv4 family has 2,048 channels. */
const most = { channels: 262_144, stride: 4096 } as const;

/** A network while it is converted, layer by layer. */
export class Network {
  readonly graph: Graph;
  readonly weights: DarknetWeights;
  readonly layers: (Layer | 'head')[] = [];
  readonly heads: Head[] = [];
  readonly #input: Layer;

  constructor(channels: number, weights: DarknetWeights) {
    this.weights = weights;
    this.#input = { value: 'picture', channels, stride: 1 };
    const shape = ['n', channels, 'height', 'width'];
    this.graph = {
      name: 'detector',
      nodes: [],
      initializers: [],
      inputs: [{ name: 'picture', type: 'float', shape }],
      outputs: [],
    };
  }

  /** The layer that a section follows; the input for the first. */
  before(section: Section): Layer {
    return section.layer === 0 ? this.#input : this.layer(section, undefined, -1);
  }

  /** A layer by its number, or by how many layers back when negative; `key` is what names it. */
  layer(section: Section, key: string | undefined, number: number): Layer {
    const layer = this.layers[number < 0 ? section.layer + number : number];
    if (layer === undefined || layer === 'head') {
      const what = layer === undefined ? 'is not there' : 'is a [yolo] layer';
      throw cfgProblem(place(section, key), `the layer ${number} that it reads ${what}`);
    }
    return layer;
  }

  /** Takes the next layer in; what no memory could hold is refused. */
  add(section: Section, layer: Layer | 'head'): void {
    if (layer !== 'head') {
      const { channels, stride } = layer;
      if (channels > most.channels || stride > most.stride || stride < 1 / most.stride) {
        const what = `${channels} channels at ${stride} pixels a cell are too many`;
        throw cfgProblem(place(section), what);
      }
    }
    this.layers.push(layer);
  }

  /** Adds a node with one output of the same name, and gives that name. */
  node(op: string, name: string, inputs: string[], attributes: Record<string, Attribute>): string {
    this.graph.nodes.push({ op, name, inputs, outputs: [name], attributes });
    return name;
  }
}
