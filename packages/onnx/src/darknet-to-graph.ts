import { ACTIVATIONS, activationNodes } from './activation.ts';
import {
  cfgProblem,
  numbers,
  parseCfg,
  place,
  positive,
  refuseUnknownKeys,
  type Section,
  wholeNumber,
  wholeNumbers,
} from './darknet-cfg.ts';
import { DarknetWeights } from './darknet-weights.ts';
import {
  type Attribute,
  floatTensor,
  type Graph,
  int,
  int64Tensor,
  ints,
  string,
} from './graph.ts';

/** One head: where its raw map is, and what a decoder needs to know of it. */
export interface Head {
  output: string;
  stride: number;
  /** Width and height in pixels of the network's input, in the order of the map's channels. */
  anchors: [number, number][];
  classes: number;
  scaleXY: number;
}

export interface ConvertedDetector {
  graph: Graph;
  /** Finest stride first. */
  heads: Head[];
}

/** What is known of a layer that is already converted. */
interface Layer {
  value: string;
  channels: number;
  /** Pixels of the input per cell. */
  stride: number;
}

/**
 * Converts a darknet detector. The graph takes `picture`, float [n, channels, height, width] in
 * the network's own scale, and gives the raw map of each head (what its yolo layer reads), named
 * by stride: `head8` is [n, anchors * (5 + classes), height / 8, width / 8]. Decoding is left to
 * the reader of the maps. Throws a Problem that names layer and line for all that is not known.
 */
export function convertDarknet(cfg: string, weights: Uint8Array): ConvertedDetector {
  const [net, ...sections] = parseCfg(cfg);
  const conversion = new Conversion(positive(net!, 'channels', 3), new DarknetWeights(weights));
  for (const section of sections) {
    conversion.add(section);
  }
  return conversion.finish();
}

/** Keys that steer only the training, or the decoding that this graph leaves to others. */
const TRAINING_KEYS = ['stopbackward'];
const YOLO_KEYS = (
  'mask anchors classes num scale_x_y jitter resize random thresh ignore_thresh truth_thresh ' +
  'iou_thresh iou_loss iou_thresh_kind iou_normalizer cls_normalizer obj_normalizer ' +
  'delta_normalizer max_delta max nms_kind beta_nms label_smooth_eps objectness_smooth'
).split(' ');

class Conversion {
  readonly #weights: DarknetWeights;
  readonly #graph: Graph;
  readonly #layers: (Layer | 'head')[] = [];
  readonly #heads: Head[] = [];
  readonly #input: Layer;

  constructor(channels: number, weights: DarknetWeights) {
    this.#weights = weights;
    this.#input = { value: 'picture', channels, stride: 1 };
    const shape = ['n', channels, 'height', 'width'];
    this.#graph = {
      name: 'detector',
      nodes: [],
      initializers: [],
      inputs: [{ name: 'picture', type: 'float', shape }],
      outputs: [],
    };
  }

  add(section: Section): void {
    this.#layers.push(this.#convert(section));
  }

  finish(): ConvertedDetector {
    this.#weights.finish();
    if (this.#heads.length === 0) {
      throw cfgProblem('the end', 'there is no [yolo] layer, so this is no detector');
    }
    return { graph: this.#graph, heads: this.#heads.sort((a, b) => a.stride - b.stride) };
  }

  #convert(section: Section): Layer | 'head' {
    switch (section.kind) {
      case 'convolutional':
      case 'conv':
        return this.#convolutional(section);
      case 'route':
        return this.#route(section);
      case 'maxpool':
        return this.#maxpool(section);
      case 'upsample':
        return this.#upsample(section);
      case 'shortcut':
        return this.#shortcut(section);
      case 'yolo':
        return this.#yolo(section);
      default:
        throw cfgProblem(place(section), `a layer of the kind [${section.kind}] is not known`);
    }
  }

  #convolutional(section: Section): Layer {
    refuseUnknownKeys(section, [
      ...['batch_normalize', 'filters', 'size', 'stride', 'pad', 'padding', 'groups', 'activation'],
      ...TRAINING_KEYS,
    ]);
    const from = this.#before(section);
    const filters = positive(section, 'filters', 1);
    const size = positive(section, 'size', 1);
    const stride = positive(section, 'stride', 1);
    const groups = positive(section, 'groups', 1);
    const half = Math.floor(size / 2);
    const padding = wholeNumber(section, 'pad', 0) ? half : wholeNumber(section, 'padding', 0);
    if (from.channels % groups !== 0 || filters % groups !== 0) {
      const what = `${from.channels} channels and ${filters} filters are no multiples of groups`;
      throw cfgProblem(place(section, 'groups'), what);
    }
    const channels = from.channels / groups;
    const batchNorm = wholeNumber(section, 'batch_normalize', 0) !== 0;
    const { weights, bias } = this.#weights.convolution({ filters, channels, size, batchNorm });
    const name = `layer${section.layer}`;
    this.#graph.initializers.push(
      floatTensor(`${name}/weights`, [filters, channels, size, size], weights),
      floatTensor(`${name}/bias`, [filters], bias),
    );
    this.#node('Conv', name, [from.value, `${name}/weights`, `${name}/bias`], {
      kernel_shape: ints([size, size]),
      strides: ints([stride, stride]),
      pads: ints([padding, padding, padding, padding]),
      group: int(groups),
    });
    const value = this.#activation(section, name);
    return { value, channels: filters, stride: from.stride * stride };
  }

  #activation(section: Section, value: string): string {
    const activation = section.options.get('activation')?.text ?? 'linear';
    if (!ACTIVATIONS.includes(activation)) {
      const what = `the activation ${activation} is not known (${ACTIVATIONS.join(', ')} are)`;
      throw cfgProblem(place(section, 'activation'), what);
    }
    const { nodes, output } = activationNodes(activation, value, `layer${section.layer}`);
    this.#graph.nodes.push(...nodes);
    return output;
  }

  /** Several layers side by side, of each the part `group_id` when `groups` is given. */
  #route(section: Section): Layer {
    refuseUnknownKeys(section, ['layers', 'groups', 'group_id', ...TRAINING_KEYS]);
    const groups = positive(section, 'groups', 1);
    const part = wholeNumber(section, 'group_id', 0);
    const sources = wholeNumbers(section, 'layers').map((n) => this.#layer(section, 'layers', n));
    if (part < 0 || part >= groups || sources.some((source) => source.channels % groups !== 0)) {
      throw cfgProblem(place(section, 'groups'), `there is no part ${part} of ${groups}`);
    }
    const stride = sources[0]!.stride;
    if (sources.some((source) => source.stride !== stride)) {
      const what = `the layers have different strides (${sources.map((s) => s.stride).join(', ')})`;
      throw cfgProblem(place(section, 'layers'), what);
    }
    const name = `layer${section.layer}`;
    const values = sources.map((source, i) =>
      groups === 1 ? source.value : this.#slice(source, `${name}/part${i}`, { groups, part }),
    );
    const channels = sources.reduce((sum, source) => sum + source.channels / groups, 0);
    const value = values.length === 1 ? values[0]! : name;
    if (values.length > 1) {
      this.#node('Concat', name, values, { axis: int(1) });
    }
    return { value, channels, stride };
  }

  #slice(source: Layer, name: string, { groups, part }: { groups: number; part: number }): string {
    const width = source.channels / groups;
    this.#graph.initializers.push(
      int64Tensor(`${name}/start`, [part * width]),
      int64Tensor(`${name}/end`, [(part + 1) * width]),
      int64Tensor(`${name}/axis`, [1]),
    );
    const inputs = [source.value, `${name}/start`, `${name}/end`, `${name}/axis`];
    return this.#node('Slice', name, inputs, {});
  }

  /** Darknet's padding is the sum of both sides; the smaller half goes left and above. */
  #maxpool(section: Section): Layer {
    refuseUnknownKeys(section, ['size', 'stride', 'padding', ...TRAINING_KEYS]);
    const from = this.#before(section);
    const stride = positive(section, 'stride', 1);
    const size = positive(section, 'size', stride);
    const padding = wholeNumber(section, 'padding', size - 1);
    const before = Math.floor(padding / 2);
    const after = padding - before;
    const value = this.#node('MaxPool', `layer${section.layer}`, [from.value], {
      kernel_shape: ints([size, size]),
      strides: ints([stride, stride]),
      pads: ints([before, before, after, after]),
    });
    return { value, channels: from.channels, stride: from.stride * stride };
  }

  #upsample(section: Section): Layer {
    refuseUnknownKeys(section, ['stride', ...TRAINING_KEYS]);
    const from = this.#before(section);
    const stride = positive(section, 'stride', 2);
    const name = `layer${section.layer}`;
    const scales = Float32Array.of(1, 1, stride, stride);
    this.#graph.initializers.push(floatTensor(`${name}/scales`, [4], scales));
    const value = this.#node('Resize', name, [from.value, '', `${name}/scales`], {
      mode: string('nearest'),
      coordinate_transformation_mode: string('asymmetric'),
      nearest_mode: string('floor'),
    });
    return { value, channels: from.channels, stride: from.stride / stride };
  }

  #shortcut(section: Section): Layer {
    refuseUnknownKeys(section, ['from', 'activation', ...TRAINING_KEYS]);
    const last = this.#before(section);
    const from = this.#layer(section, 'from', wholeNumber(section, 'from'));
    if (from.channels !== last.channels || from.stride !== last.stride) {
      const what = `${from.channels} and ${last.channels} channels cannot be added`;
      throw cfgProblem(place(section, 'from'), what);
    }
    const name = `layer${section.layer}`;
    this.#node('Add', name, [last.value, from.value], {});
    return { ...last, value: this.#activation(section, name) };
  }

  #yolo(section: Section): 'head' {
    refuseUnknownKeys(section, YOLO_KEYS);
    const from = this.#before(section);
    const classes = positive(section, 'classes', 20);
    const anchors = this.#anchors(section);
    const wanted = anchors.length * (5 + classes);
    if (from.channels !== wanted) {
      const what = `${anchors.length} anchors of ${classes} classes need ${wanted} channels`;
      throw cfgProblem(place(section), `${what}, but ${from.channels} come`);
    }
    const { stride } = from;
    const output = `head${stride}`;
    if (this.#heads.some((head) => head.output === output)) {
      throw cfgProblem(place(section), `a second head of stride ${stride} is not known`);
    }
    this.#node('Identity', output, [from.value], {});
    const shape = ['n', from.channels, `height/${stride}`, `width/${stride}`];
    this.#graph.outputs.push({ name: output, type: 'float', shape });
    const scaleXY = numbers(section, 'scale_x_y', 1)[0]!;
    this.#heads.push({ output, stride, anchors, classes, scaleXY });
    return 'head';
  }

  #anchors(section: Section): [number, number][] {
    const all = numbers(section, 'anchors');
    return wholeNumbers(section, 'mask').map((n) => {
      const width = all[2 * n];
      const height = all[2 * n + 1];
      if (width === undefined || height === undefined) {
        throw cfgProblem(place(section, 'mask'), `there is no anchor ${n}`);
      }
      return [width, height];
    });
  }

  /** The layer that a section follows; the input for the first. */
  #before(section: Section): Layer {
    return section.layer === 0 ? this.#input : this.#layer(section, undefined, -1);
  }

  /** A layer by its number, or by how many layers back when negative. */
  #layer(section: Section, key: string | undefined, number: number): Layer {
    const layer = this.#layers[number < 0 ? section.layer + number : number];
    if (layer === undefined || layer === 'head') {
      const what = layer === undefined ? 'is not there yet' : 'is a [yolo] layer';
      throw cfgProblem(place(section, key), `the layer ${number} that it reads ${what}`);
    }
    return layer;
  }

  #node(op: string, name: string, inputs: string[], attributes: Record<string, Attribute>): string {
    this.#graph.nodes.push({ op, name, inputs, outputs: [name], attributes });
    return name;
  }
}
