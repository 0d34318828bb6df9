import { ACTIVATIONS, activationNodes } from './activation.ts';
import {
  cfgProblem,
  fromZero,
  place,
  positive,
  refuseUnknownKeys,
  type Section,
  wholeNumber,
  wholeNumbers,
} from './darknet-cfg.ts';
import type { Layer, Network } from './darknet-network.ts';
import { weightsProblem } from './darknet-weights.ts';
import { floatTensor, int, int64Tensor, ints, string } from './graph.ts';

/** Keys that steer only the training. */
const TRAINING_KEYS = ['stopbackward'];

/** The stride of a value that holds for the whole picture: no map has it. */
const EVERYWHERE = 4096;

/** How each kind of layer, other than [yolo], is converted. */
export const LAYERS: ReadonlyMap<string, (network: Network, section: Section) => Layer> = new Map([
  ['convolutional', convolutional],
  ['conv', convolutional],
  ['route', route],
  ['maxpool', maxpool],
  ['upsample', upsample],
  ['shortcut', shortcut],
  ['avgpool', average],
  ['scale_channels', scaleChannels],
  ['sam', attend],
  ['dropout', dropout],
]);

function convolutional(network: Network, section: Section): Layer {
  refuseUnknownKeys(section, [
    ...['batch_normalize', 'filters', 'size', 'stride', 'pad', 'padding', 'groups', 'activation'],
    ...TRAINING_KEYS,
  ]);
  const from = network.before(section);
  const filters = positive(section, 'filters', 1);
  const size = positive(section, 'size', 1);
  const stride = positive(section, 'stride', 1);
  const groups = positive(section, 'groups', 1);
  const half = Math.floor(size / 2);
  const padding = wholeNumber(section, 'pad', 0) ? half : fromZero(section, 'padding', 0);
  if (from.channels % groups !== 0 || filters % groups !== 0) {
    const what = `${from.channels} channels and ${filters} filters are no multiples of groups`;
    throw cfgProblem(place(section, 'groups'), what);
  }
  const channels = from.channels / groups;
  const batchNorm = wholeNumber(section, 'batch_normalize', 0) !== 0;
  const { weights, bias } = network.weights.convolution({ filters, channels, size, batchNorm });
  if (!weights.every(Number.isFinite) || !bias.every(Number.isFinite)) {
    throw weightsProblem(`${place(section)} gets values that are no numbers`);
  }
  const name = `layer${section.layer}`;
  network.graph.initializers.push(
    floatTensor(`${name}/weights`, [filters, channels, size, size], weights),
    floatTensor(`${name}/bias`, [filters], bias),
  );
  network.node('Conv', name, [from.value, `${name}/weights`, `${name}/bias`], {
    kernel_shape: ints([size, size]),
    strides: ints([stride, stride]),
    pads: ints([padding, padding, padding, padding]),
    group: int(groups),
  });
  const value = activate(network, section, name);
  return { value, channels: filters, stride: from.stride * stride };
}

/** The value behind the activation of a layer. */
function activate(network: Network, section: Section, value: string): string {
  const activation = section.options.get('activation')?.text;
  if (activation === undefined) {
    // Readers of darknet files disagree on the default (logistic or linear).
    throw cfgProblem(place(section), `[${section.kind}] needs activation`);
  }
  if (!ACTIVATIONS.includes(activation)) {
    const what = `the activation ${activation} is not known (${ACTIVATIONS.join(', ')} are)`;
    throw cfgProblem(place(section, 'activation'), what);
  }
  const { nodes, output } = activationNodes(activation, value, `layer${section.layer}`);
  network.graph.nodes.push(...nodes);
  return output;
}

/** Several layers side by side, of each the part `group_id` when `groups` is given. */
function route(network: Network, section: Section): Layer {
  refuseUnknownKeys(section, ['layers', 'groups', 'group_id', ...TRAINING_KEYS]);
  const groups = positive(section, 'groups', 1);
  const part = wholeNumber(section, 'group_id', 0);
  const sources = wholeNumbers(section, 'layers').map((n) => network.layer(section, 'layers', n));
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
    groups === 1
      ? source.value
      : slice(network, source, { name: `${name}/part${i}`, groups, part }),
  );
  const channels = sources.reduce((sum, source) => sum + source.channels / groups, 0);
  const value = values.length === 1 ? values[0]! : name;
  if (values.length > 1) {
    network.node('Concat', name, values, { axis: int(1) });
  }
  return { value, channels, stride };
}

/** Channels of the part `part` of `groups` equal ones. */
function slice(
  network: Network,
  source: Layer,
  { name, groups, part }: { name: string; groups: number; part: number },
): string {
  const width = source.channels / groups;
  network.graph.initializers.push(
    int64Tensor(`${name}/start`, [part * width]),
    int64Tensor(`${name}/end`, [(part + 1) * width]),
    int64Tensor(`${name}/axis`, [1]),
  );
  const inputs = [source.value, `${name}/start`, `${name}/end`, `${name}/axis`];
  return network.node('Slice', name, inputs, {});
}

/** Darknet's padding is the sum of both sides; the smaller half goes left and above. */
function maxpool(network: Network, section: Section): Layer {
  refuseUnknownKeys(section, ['size', 'stride', 'padding', ...TRAINING_KEYS]);
  const from = network.before(section);
  const stride = positive(section, 'stride', 1);
  const size = positive(section, 'size', stride);
  const padding = fromZero(section, 'padding', size - 1);
  const before = Math.floor(padding / 2);
  const after = padding - before;
  const value = network.node('MaxPool', `layer${section.layer}`, [from.value], {
    kernel_shape: ints([size, size]),
    strides: ints([stride, stride]),
    pads: ints([before, before, after, after]),
  });
  return { value, channels: from.channels, stride: from.stride * stride };
}

function upsample(network: Network, section: Section): Layer {
  refuseUnknownKeys(section, ['stride', ...TRAINING_KEYS]);
  const from = network.before(section);
  const stride = positive(section, 'stride', 2);
  const name = `layer${section.layer}`;
  const scales = Float32Array.of(1, 1, stride, stride);
  network.graph.initializers.push(floatTensor(`${name}/scales`, [4], scales));
  const value = network.node('Resize', name, [from.value, '', `${name}/scales`], {
    mode: string('nearest'),
    coordinate_transformation_mode: string('asymmetric'),
    nearest_mode: string('floor'),
  });
  return { value, channels: from.channels, stride: from.stride / stride };
}

function shortcut(network: Network, section: Section): Layer {
  refuseUnknownKeys(section, ['from', 'activation', ...TRAINING_KEYS]);
  const last = network.before(section);
  const from = network.layer(section, 'from', wholeNumber(section, 'from'));
  if (from.channels !== last.channels || from.stride !== last.stride) {
    const what = `${from.channels} and ${last.channels} channels cannot be added`;
    throw cfgProblem(place(section, 'from'), what);
  }
  const sum = network.node('Add', `layer${section.layer}`, [last.value, from.value], {});
  const value = section.options.has('activation') ? activate(network, section, sum) : sum;
  return { ...last, value };
}

/** One value a channel; it has no place any more, so only [scale_channels] can use it further. */
function average(network: Network, section: Section): Layer {
  refuseUnknownKeys(section, TRAINING_KEYS);
  const { value, channels } = network.before(section);
  const name = network.node('GlobalAveragePool', `layer${section.layer}`, [value], {});
  return { value: name, channels, stride: EVERYWHERE };
}

/** The channels of the layer `from`, each times the one value that the layer before has for it. */
function scaleChannels(network: Network, section: Section): Layer {
  refuseUnknownKeys(section, ['from', 'activation', 'scale_wh', ...TRAINING_KEYS]);
  if (wholeNumber(section, 'scale_wh', 0) !== 0) {
    throw cfgProblem(place(section, 'scale_wh'), 'scale_wh=1 is not known');
  }
  const factors = network.before(section);
  const from = network.layer(section, 'from', wholeNumber(section, 'from'));
  if (factors.stride !== EVERYWHERE || factors.channels !== from.channels) {
    const what = `${factors.channels} values do not scale ${from.channels} channels`;
    throw cfgProblem(place(section, 'from'), what);
  }
  return times(network, section, [factors, from]);
}

/** Each value of the layer `from` times the one at its place in the layer before. */
function attend(network: Network, section: Section): Layer {
  refuseUnknownKeys(section, ['from', 'activation', ...TRAINING_KEYS]);
  const last = network.before(section);
  const from = network.layer(section, 'from', wholeNumber(section, 'from'));
  if (from.channels !== last.channels || from.stride !== last.stride) {
    const what = `${from.channels} and ${last.channels} channels cannot be multiplied`;
    throw cfgProblem(place(section, 'from'), what);
  }
  return times(network, section, [last, from]);
}

function times(network: Network, section: Section, [factors, from]: [Layer, Layer]): Layer {
  const product = network.node('Mul', `layer${section.layer}`, [from.value, factors.value], {});
  const value = section.options.has('activation') ? activate(network, section, product) : product;
  return { ...from, value };
}

/** Only training drops values. */
function dropout(network: Network, section: Section): Layer {
  refuseUnknownKeys(section, ['probability', 'dropblock', 'dropblock_size_rel', ...TRAINING_KEYS]);
  return network.before(section);
}
