import {
  initializers,
  layers,
  input as networkInput,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { stages } from './mobilenetv2-stages.ts';
import { mixedSeed } from './random-order.ts';

type Layer = layers.Layer;

export interface BaseShape {
  /** Width and height of the pictures. */
  size: number;
  /** Of the channels; 1 is the published network with 1,280 features. */
  width?: number;
  /** How many of the seven stages; fewer only where a small network is wanted. */
  stages?: number;
  /** Of the values that are there until trained ones are loaded. */
  seed?: number;
}

export interface Base {
  /** float [n, size, size, 3], red, green and blue from -1 to 1. */
  input: SymbolicTensor;
  /** float [n, features]. */
  features: SymbolicTensor;
  /** In the order in which they run; their batch norms are folded into kernel and bias. */
  convolutions: Layer[];
}

/** MobileNetV2 up to the pooled features, with Keras's names of layers and TensorFlow's padding. */
export function mobilenetv2({ size, width = 1, stages: depth = 7, seed = 1 }: BaseShape): Base {
  const input = networkInput({ name: 'pictures', shape: [size, size, 3] });
  const convolutions = new Convolutions(seed);
  let channels = divisible(32 * width);
  let value = convolutions.stem('Conv1', channels, input);
  let number = 0;
  for (const [expansion, filters, blocks, firstStride] of stages.slice(0, depth)) {
    for (let n = 0; n < blocks; n += 1) {
      const name = number === 0 ? 'expanded_conv' : `block_${number}`;
      const strides = n === 0 ? firstStride : 1;
      const to = divisible(filters * width);
      value = invertedResidual(value, { name, channels, expansion, strides, to, convolutions });
      channels = to;
      number += 1;
    }
  }
  const last = depth < stages.length ? 4 * channels : Math.max(1280, divisible(1280 * width));
  value = relu6('out_relu', convolutions.pointwise('Conv_1', last, value));
  const pool = layers.globalAveragePooling2d({ name: 'features' });
  return { input, features: applied(pool, value), convolutions: convolutions.made };
}

interface Block {
  name: string;
  channels: number;
  expansion: number;
  strides: 1 | 2;
  to: number;
  convolutions: Convolutions;
}

/** Expands, filters each channel, projects without activation; a shortcut where shapes allow it. */
function invertedResidual(value: SymbolicTensor, block: Block): SymbolicTensor {
  const { name, channels, expansion, strides, to, convolutions } = block;
  let inner = value;
  if (expansion > 1) {
    const expanded = convolutions.pointwise(`${name}_expand`, channels * expansion, inner);
    inner = relu6(`${name}_expand_relu`, expanded);
  }
  const filtered = convolutions.depthwise(`${name}_depthwise`, strides, inner);
  inner = relu6(`${name}_depthwise_relu`, filtered);
  inner = convolutions.pointwise(`${name}_project`, to, inner);
  if (strides === 2 || channels !== to) return inner;
  return layers.add({ name: `${name}_add` }).apply([value, inner]) as SymbolicTensor;
}

/** Makes the convolutions, with initial values from a seed, and keeps them in their order. */
class Convolutions {
  readonly made: Layer[] = [];
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** 3x3, halves the picture. */
  stem(name: string, filters: number, value: SymbolicTensor): SymbolicTensor {
    const options = { name, filters, kernelSize: 3, strides: 2, padding: 'same' } as const;
    const layer = layers.conv2d({ ...options, kernelInitializer: this.#initial() });
    return relu6(`${name}_relu`, this.#applied(layer, value));
  }

  pointwise(name: string, filters: number, value: SymbolicTensor): SymbolicTensor {
    const options = { name, filters, kernelSize: 1, padding: 'same' } as const;
    return this.#applied(layers.conv2d({ ...options, kernelInitializer: this.#initial() }), value);
  }

  depthwise(name: string, strides: 1 | 2, value: SymbolicTensor): SymbolicTensor {
    const options = { name, kernelSize: 3, strides, padding: 'same' } as const;
    return this.#applied(
      layers.depthwiseConv2d({ ...options, depthwiseInitializer: this.#initial() }),
      value,
    );
  }

  #initial() {
    return initializers.heNormal({ seed: mixedSeed(this.#seed, this.made.length) });
  }

  #applied(layer: Layer, value: SymbolicTensor): SymbolicTensor {
    this.made.push(layer);
    return applied(layer, value);
  }
}

function applied(layer: Layer, value: SymbolicTensor): SymbolicTensor {
  return layer.apply(value) as SymbolicTensor;
}

function relu6(name: string, value: SymbolicTensor): SymbolicTensor {
  return applied(layers.reLU({ name, maxValue: 6 }), value);
}

/** Channels come in eights, and never lose more than a tenth by it. */
function divisible(channels: number): number {
  const near = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return near < 0.9 * channels ? near + 8 : near;
}
