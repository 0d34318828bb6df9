import type { PerChannel } from '@maskwatch/contracts/model';

/** The network sees pixel * scale + offset; red, green and blue each. */
export interface Scaling {
  scale: PerChannel;
  offset: PerChannel;
}

/** As PyTorch's model zoo scales: (pixel / 255 - mean) / deviation. */
const mean = [0.485, 0.456, 0.406] as const;
const deviation = [0.229, 0.224, 0.225] as const;
const perChannel = (of: (n: 0 | 1 | 2) => number): PerChannel => [of(0), of(1), of(2)];

/** What networks are trained on, by the names of `--scale`. */
export const scalings = {
  'minus-one-to-one': { scale: 1 / 127.5, offset: -1 },
  'zero-to-one': { scale: 1 / 255, offset: 0 },
  raw: { scale: 1, offset: 0 },
  imagenet: {
    scale: perChannel((n) => 1 / (255 * deviation[n])),
    offset: perChannel((n) => -mean[n] / deviation[n]),
  },
} as const satisfies Record<string, Scaling>;

export type ScalingName = keyof typeof scalings;
export const scalingNames = Object.keys(scalings) as ScalingName[];
