/**
 * Darknet networks with random weights: the shapes of yolov3 (Redmon, Farhadi 2018), yolov4-tiny,
 * yolov4-tiny-3l (Wang, Bochkovskiy, Liao 2021) and yolov4 (Bochkovskiy, Wang, Liao 2020), one class.
 */
export interface DarknetNetwork {
  cfg: string;
  weights: Uint8Array;
}

const ANCHORS = '10,14, 23,27, 37,58, 81,82, 135,169, 200,220, 240,300, 300,260, 344,319';

interface Convolution {
  filters: number;
  size?: number;
  stride?: number;
  activation?: string;
  norm?: boolean;
  /** Of the weights' spread; below 1 where many layers are summed, so that values stay in range. */
  gain?: number;
}

/** Writes layer after layer, and follows the channels so that fitting weights can be made. */
class NetworkWriter {
  readonly #activation: string;
  readonly #channels: number[] = [];
  readonly #random = randomNumbers(7);
  readonly #weights: Float32Array[] = [];
  #cfg = '[net]\nwidth=64\nheight=64\nchannels=3\n';

  constructor(activation: string) {
    this.#activation = activation;
  }

  conv({ filters, size = 1, stride = 1, activation, norm = true, gain = 1 }: Convolution): this {
    const from = this.#channels.at(-1) ?? 3;
    const options = { filters, size, stride, pad: 1, activation: activation ?? this.#activation };
    const perFilter = from * size * size;
    const bound = gain * Math.sqrt(4 / perFilter);
    this.#values(filters, -0.1, 0.1);
    if (norm) {
      this.#values(filters, 0.8, 1.2);
      this.#values(filters, -0.1, 0.1);
      this.#values(filters, 0.8, 1.2);
    }
    this.#values(filters * perFilter, -bound, bound);
    return this.#layer(
      'convolutional',
      filters,
      norm ? { batch_normalize: 1, ...options } : options,
    );
  }

  /** Layers by number, or by how many back when negative. */
  route(...layers: number[]): this {
    const channels = layers.reduce((sum, layer) => sum + this.#channelsOf(layer), 0);
    return this.#layer('route', channels, { layers: layers.join(',') });
  }

  secondHalf(): this {
    const options = { layers: -1, groups: 2, group_id: 1 };
    return this.#layer('route', this.#channelsOf(-1) / 2, options);
  }

  maxpool(size: number, stride: number): this {
    return this.#layer('maxpool', this.#channelsOf(-1), { size, stride });
  }

  upsample(): this {
    return this.#layer('upsample', this.#channelsOf(-1), { stride: 2 });
  }

  shortcut(): this {
    return this.#layer('shortcut', this.#channelsOf(-1), { from: -3, activation: 'linear' });
  }

  head(mask: string, scale: number): this {
    this.conv({ filters: 18, activation: 'linear', norm: false });
    const options = { mask, anchors: ANCHORS, classes: 1, num: 9, scale_x_y: scale };
    return this.#layer('yolo', 0, options);
  }

  finish(): DarknetNetwork {
    // Version 0.2.5, then the number of pictures seen as 64 bits.
    const header = Int32Array.of(0, 2, 5, 0, 0);
    const parts = [header, ...this.#weights].map((part) => new Uint8Array(part.buffer));
    return { cfg: this.#cfg, weights: Buffer.concat(parts) };
  }

  #channelsOf(layer: number): number {
    return this.#channels.at(layer) ?? 3;
  }

  #layer(kind: string, channels: number, options: Record<string, number | string>): this {
    const lines = Object.entries(options).map(([key, value]) => `${key}=${value}\n`);
    this.#cfg += `\n[${kind}]\n${lines.join('')}`;
    this.#channels.push(channels);
    return this;
  }

  #values(count: number, least: number, most: number): void {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i += 1) {
      values[i] = least + (most - least) * this.#random();
    }
    this.#weights.push(values);
  }
}

export function yolov4Tiny({ heads }: { heads: 2 | 3 }): DarknetNetwork {
  const net = new NetworkWriter('leaky');
  net.conv({ filters: 32, size: 3, stride: 2 }).conv({ filters: 64, size: 3, stride: 2 });
  for (const filters of [64, 128, 256]) {
    net.conv({ filters, size: 3 }).secondHalf();
    net.conv({ filters: filters / 2, size: 3 }).conv({ filters: filters / 2, size: 3 });
    net.route(-1, -2).conv({ filters }).route(-6, -1).maxpool(2, 2);
  }
  net.conv({ filters: 512, size: 3 }).conv({ filters: 256 }).conv({ filters: 512, size: 3 });
  net.head('6,7,8', 1.05);
  net.route(-4).conv({ filters: 128 }).upsample().route(-1, 23).conv({ filters: 256, size: 3 });
  net.head('3,4,5', 1.05);
  if (heads === 3) {
    net.route(-3).conv({ filters: 64 }).upsample().route(-1, 15).conv({ filters: 128, size: 3 });
    net.head('0,1,2', 1.05);
  }
  return net.finish();
}

/** Darknet-53 and three heads, with a quarter of the filters: the same layers in less time. */
export function yolov3(): DarknetNetwork {
  const net = new NetworkWriter('leaky');
  net.conv({ filters: 8, size: 3 });
  for (const [filters, blocks] of [
    [16, 1],
    [32, 2],
    [64, 8],
    [128, 8],
    [256, 4],
  ] as const) {
    net.conv({ filters, size: 3, stride: 2 });
    for (let block = 0; block < blocks; block += 1) {
      net
        .conv({ filters: filters / 2 })
        .conv({ filters, size: 3, gain: 0.3 })
        .shortcut();
    }
  }
  for (const [filters, mask, source] of [
    [128, '6,7,8', undefined],
    [64, '3,4,5', 61],
    [32, '0,1,2', 36],
  ] as const) {
    if (source !== undefined) net.route(-4).conv({ filters }).upsample().route(-1, source);
    fiveConvolutions(net, filters);
    net.conv({ filters: 2 * filters, size: 3 }).head(mask, 1);
  }
  return net.finish();
}

export function yolov4(): DarknetNetwork {
  const net = new NetworkWriter('leaky');
  net.conv({ filters: 32, size: 3, activation: 'mish' });
  crossStage(net, { filters: 64, inner: 64, middle: 32, blocks: 1 });
  for (const [filters, blocks] of [
    [128, 2],
    [256, 8],
    [512, 8],
    [1024, 4],
  ] as const) {
    crossStage(net, { filters, inner: filters / 2, middle: filters / 2, blocks });
  }
  net.conv({ filters: 512 }).conv({ filters: 1024, size: 3 }).conv({ filters: 512 });
  net.maxpool(5, 1).route(-2).maxpool(9, 1).route(-4).maxpool(13, 1).route(-1, -3, -5, -6);
  net.conv({ filters: 512 }).conv({ filters: 1024, size: 3 }).conv({ filters: 512 });
  upPath(net, 256, 85);
  upPath(net, 128, 54);
  net.conv({ filters: 256, size: 3 }).head('0,1,2', 1.2);
  downPath(net, { filters: 256, source: -16, mask: '3,4,5', scale: 1.1 });
  downPath(net, { filters: 512, source: -37, mask: '6,7,8', scale: 1.05 });
  return net.finish();
}

/** Half of the channels go past the residual blocks, as in CSPDarknet53. */
function crossStage(
  net: NetworkWriter,
  shape: { filters: number; inner: number; middle: number; blocks: number },
): void {
  const { filters, inner, middle, blocks } = shape;
  const activation = 'mish';
  net.conv({ filters, size: 3, stride: 2, activation }).conv({ filters: inner, activation });
  net.route(-2).conv({ filters: inner, activation });
  for (let block = 0; block < blocks; block += 1) {
    net.conv({ filters: middle, activation }).conv({ filters: inner, size: 3, activation });
    net.shortcut();
  }
  net.conv({ filters: inner, activation }).route(-1, -(3 * blocks + 4));
  net.conv({ filters, activation });
}

function upPath(net: NetworkWriter, filters: number, source: number): void {
  net.conv({ filters }).upsample().route(source).conv({ filters }).route(-1, -3);
  fiveConvolutions(net, filters);
}

function downPath(
  net: NetworkWriter,
  step: { filters: number; source: number; mask: string; scale: number },
): void {
  const { filters, source } = step;
  net.route(-4).conv({ filters, size: 3, stride: 2 }).route(-1, source);
  fiveConvolutions(net, filters);
  net.conv({ filters: 2 * filters, size: 3 }).head(step.mask, step.scale);
}

function fiveConvolutions(net: NetworkWriter, filters: number): void {
  const wide = { filters: 2 * filters, size: 3 };
  net.conv({ filters }).conv(wide).conv({ filters }).conv(wide).conv({ filters });
}

/** Even numbers from 0 to 1 from a seed: a 32-bit linear congruential generator. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
