import { Problem } from '@maskwatch/platform/problem';
import { copyOf } from './protobuf-reader.ts';

/** Running variances get this much added before the root, as darknet's GPU side and OpenCV do. */
const EPSILON = 1e-6;

export interface ConvolutionShape {
  filters: number;
  /** Input channels that one filter sees: all of them over `groups`. */
  channels: number;
  size: number;
  batchNorm: boolean;
}

/** Reads the numbers of a darknet .weights file in the order of the layers. */
export class DarknetWeights {
  readonly #values: Float32Array;
  #at = 0;
  /** Numbers asked for beyond the end: how much too short the file is. */
  #missing = 0;

  /** Throws a Problem when the file is no .weights file. */
  constructor(file: Uint8Array) {
    const header = headerBytes(file);
    const bytes = file.length - header;
    if (bytes % 4 !== 0) {
      throw weightsProblem(`it ends within a number (${bytes} bytes after the header)`);
    }
    this.#values = new Float32Array(copyOf(file.subarray(header)));
  }

  /**
   * Weights [filters, channels, size, size] and bias of one layer, batch norm folded in. Behind the
   * end of the file they are empty, whatever the cfg asks for, and `finish` says what is missing.
   */
  convolution(shape: ConvolutionShape): { weights: Float32Array; bias: Float32Array } {
    const { filters, channels, size, batchNorm } = shape;
    const bias = this.#take(filters);
    const norm = batchNorm
      ? { scale: this.#take(filters), mean: this.#take(filters), variance: this.#take(filters) }
      : undefined;
    const perFilter = channels * size * size;
    const weights = this.#take(filters * perFilter);
    if (norm === undefined || this.#missing > 0) {
      return { weights, bias };
    }
    for (let f = 0; f < filters; f += 1) {
      const factor = norm.scale[f]! / Math.sqrt(norm.variance[f]! + EPSILON);
      bias[f]! -= norm.mean[f]! * factor;
      for (let i = f * perFilter; i < (f + 1) * perFilter; i += 1) {
        weights[i]! *= factor;
      }
    }
    return { weights, bias };
  }

  /** To be called after the last layer: throws a Problem when file and cfg do not fit. */
  finish(): void {
    const left = this.#values.length - this.#at;
    if (this.#missing > 0 || left > 0) {
      throw weightsProblem(
        this.#missing > 0
          ? `it is ${this.#missing} numbers too short (${this.#values.length} are there)`
          : `it is ${left} numbers too long (${this.#at} were used)`,
      );
    }
  }

  #take(count: number): Float32Array {
    const taken = this.#values.slice(this.#at, this.#at + count);
    this.#at += taken.length;
    this.#missing += count - taken.length;
    return taken;
  }
}

/** Three int32 of the version, then the pictures seen: 8 bytes from version 0.2 on, before that 4. */
function headerBytes(file: Uint8Array): number {
  if (file.length < 16) {
    throw weightsProblem(`${file.length} bytes are less than a header`);
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const major = view.getInt32(0, true);
  const minor = view.getInt32(4, true);
  if (major < 0 || minor < 0 || major > 100 || minor > 100) {
    throw weightsProblem(`its header names version ${major}.${minor}`);
  }
  return major * 10 + minor >= 2 ? 20 : 16;
}

export function weightsProblem(what: string): Problem {
  return new Problem('darknet-weights', `The weights do not fit the cfg: ${what}.`, {
    action: 'Give the cfg that the weights were trained with.',
    status: 422,
  });
}
