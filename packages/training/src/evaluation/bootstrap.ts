import { type Interval, middleOf } from './intervals.ts';

/** How often each picture is drawn; a figure weighs every picture with it. */
export type Weights = Uint16Array;

/** A figure of weighted pictures; undefined where they hold nothing that it asks for. */
export type WeightedFigure = (weights: Weights) => number | undefined;

export interface BootstrapOptions {
  resamples?: number;
  /** Same seed, same interval, on every machine. */
  seed?: number;
}

/** Every picture once: the figure as measured. */
export function onceEach(pictures: number): Weights {
  return new Uint16Array(pictures).fill(1);
}

/**
 * Bootstrap over pictures (Efron, 1979): as many are drawn, with repeats, as there are, because the
 * faces of one picture are not independent of each other. Undefined where no resample had a value,
 * and where all had the same: 15 of 15 drawn from 15 is always 15, which promises nothing.
 */
export function bootstrapInterval(
  pictures: number,
  figure: WeightedFigure,
  options: BootstrapOptions = {},
): Interval | undefined {
  const values: number[] = [];
  for (const weights of resamples(pictures, options)) {
    const value = figure(weights);
    if (value !== undefined) values.push(value);
  }
  const interval = middleOf(values);
  return interval === undefined || interval[0] === interval[1] ? undefined : interval;
}

/** Draws `pictures` pictures with repeats, again and again; the array is used again. */
export function* resamples(
  pictures: number,
  { resamples: count = 1000, seed = 1 }: BootstrapOptions = {},
): Generator<Weights> {
  const next = numbers(seed);
  const weights: Weights = new Uint16Array(pictures);
  for (let n = 0; n < count; n += 1) {
    weights.fill(0);
    for (let drawn = 0; drawn < pictures; drawn += 1) {
      const at = Math.floor(next() * pictures);
      weights[at] = weights[at]! + 1;
    }
    yield weights;
  }
}

/** A seeded stream from 0 to 1: xorshift (Marsaglia, 2003), 32 bits, after a first scramble. */
function numbers(seed: number): () => number {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 4_294_967_296;
  };
}
