import { stages } from '@maskwatch/training/head/mobilenetv2-stages';
import { randomNumbers } from '../../test/onnx/darknet-networks.ts';

/** The notebook's classifier puts these behind the features: a dense layer, then two classes. */
const dense = [128, 2];

interface Convolution {
  from: number;
  filters: number;
  size?: 1 | 3;
  stride?: number;
  groups?: number;
  activation?: 'relu' | 'linear';
}

/** MobileNetV2 1.0 for two classes as a darknet network with random weights. */
export function mobilenetv2(size: number): { cfg: string; weights: Uint8Array } {
  const random = randomNumbers(11);
  const weights: Float32Array[] = [];
  let cfg = `[net]\nwidth=${size}\nheight=${size}\nchannels=3\n`;
  const numbers = (count: number, bound: number) => {
    weights.push(Float32Array.from({ length: count }, () => bound * (2 * random() - 1)));
  };
  const convolution = (layer: Convolution): number => {
    const { from, filters, size = 1, stride = 1, groups = 1, activation = 'relu' } = layer;
    const options = { filters, size, stride, pad: 1, groups, activation };
    const lines = Object.entries(options).map(([key, value]) => `${key}=${value}\n`);
    cfg += `\n[convolutional]\n${lines.join('')}`;
    const each = (from / groups) * size * size;
    numbers(filters, 0.1);
    numbers(filters * each, Math.sqrt(4 / each));
    return filters;
  };

  let channels = convolution({ from: 3, filters: 32, size: 3, stride: 2 });
  for (const [expansion, filters, blocks, firstStride] of stages) {
    for (let block = 0; block < blocks; block += 1) {
      const stride = block === 0 ? firstStride : 1;
      const wide = channels * expansion;
      if (expansion > 1) convolution({ from: channels, filters: wide });
      convolution({ from: wide, filters: wide, size: 3, stride, groups: wide });
      convolution({ from: wide, filters, activation: 'linear' });
      if (stride === 1 && channels === filters) cfg += '\n[shortcut]\nfrom=-4\nactivation=linear\n';
      channels = filters;
    }
  }
  channels = convolution({ from: channels, filters: 1280 });
  cfg += '\n[avgpool]\n';
  for (const filters of dense) {
    channels = convolution({
      from: channels,
      filters,
      activation: filters === 2 ? 'linear' : 'relu',
    });
  }
  const header = Int32Array.of(0, 2, 5, 0, 0);
  const parts = [header, ...weights].map((part) => new Uint8Array(part.buffer));
  return { cfg: `${cfg}\n[softmax]\n`, weights: Buffer.concat(parts) };
}
