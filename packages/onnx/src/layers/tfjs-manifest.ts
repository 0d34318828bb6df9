import { isObject } from './layer-config.ts';
import { layerProblem, short } from './layer-problem.ts';
import { MOST_WEIGHTS } from './layers-network.ts';

/** One weight as model.json describes it. */
export interface StoredWeight {
  name: string;
  shape: number[];
  /** Bytes in the files. */
  bytes: number;
  /** Its numbers; undefined for kinds that no layer reads (counters). */
  decode(bytes: Uint8Array<ArrayBuffer>): Float32Array | undefined;
}

export interface StoredGroup {
  /** Plain file names. */
  paths: string[];
  weights: StoredWeight[];
}

const MOST_ENTRIES = 10_000;
/** Bytes of a number, by its type; also of types that are only skipped. */
const SIZES = new Map<string, number>([
  ...([
    ['float32', 4],
    ['int32', 4],
    ['uint8', 1],
    ['bool', 1],
  ] as const),
  ...([
    ['uint16', 2],
    ['float16', 2],
  ] as const),
]);

/** Reads `weightsManifest`, with a bound on all that it asks for. */
export function storedWeights(manifest: unknown): StoredGroup[] {
  if (!Array.isArray(manifest)) throw layerProblem('model.json', 'has no weightsManifest');
  let total = 0;
  let entries = 0;
  const names = new Set<string>();
  return manifest.map((group: unknown) => {
    if (!isObject(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights)) {
      throw layerProblem('weightsManifest', 'has a group without paths and weights');
    }
    entries += group.paths.length + group.weights.length;
    if (entries > MOST_ENTRIES) throw layerProblem('weightsManifest', 'has over 10000 entries');
    const weights = group.weights.map(storedWeight);
    for (const { name, shape } of weights) {
      total += sizeOf(shape);
      if (names.has(name)) throw layerProblem(`the weight "${short(name)}"`, 'is there twice');
      names.add(name);
    }
    if (total > MOST_WEIGHTS) throw layerProblem('weightsManifest', 'has over 200 million weights');
    return { paths: group.paths.map(plainName), weights };
  });
}

function sizeOf(shape: number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Only a name of a file beside model.json. */
function plainName(path: unknown): string {
  if (typeof path !== 'string' || !/^[\w][\w.-]{0,199}$/.test(path)) {
    const what = `names the file ${short(JSON.stringify(path))}, which is no plain file name`;
    throw layerProblem('weightsManifest', what);
  }
  return path;
}

function storedWeight(json: unknown): StoredWeight {
  if (!isObject(json) || typeof json.name !== 'string' || json.name.length > 1000) {
    throw layerProblem('weightsManifest', 'has a weight without a name');
  }
  const place = `the weight "${short(json.name)}"`;
  const shape: unknown[] = Array.isArray(json.shape) ? json.shape : [Number.NaN];
  const fits =
    shape.length <= 4 && shape.every((side) => Number.isInteger(side) && Number(side) >= 0);
  if (!fits || sizeOf(shape as number[]) > MOST_WEIGHTS) {
    throw layerProblem(place, `has the shape ${short(JSON.stringify(json.shape) ?? 'none')}`);
  }
  const { quantization } = json;
  const type = isObject(quantization) ? quantization.dtype : json.dtype;
  const size = typeof type === 'string' ? SIZES.get(type) : undefined;
  if (size === undefined) {
    throw layerProblem(place, `is stored as ${short(String(type))}, which is not read`);
  }
  return {
    name: json.name.replace(/:0$/, ''),
    shape: shape as number[],
    bytes: sizeOf(shape as number[]) * size,
    decode: isObject(quantization)
      ? quantised(quantization, json.dtype, place)
      : (bytes) => (json.dtype === 'float32' ? floats(bytes) : undefined),
  };
}

/** Written little-endian; so are all machines that this runs on. */
function floats(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** Whole numbers times a scale plus the least value, or half floats. */
function quantised(
  { dtype, scale, min }: Record<string, unknown>,
  original: unknown,
  place: string,
): StoredWeight['decode'] {
  if (original !== 'float32') return () => undefined;
  if (dtype === 'float16') return (bytes) => Float32Array.from(words(bytes), halfToFloat);
  if (dtype !== 'uint8' && dtype !== 'uint16') {
    throw layerProblem(place, `is quantised to ${short(String(dtype))}, which is not read`);
  }
  if (typeof scale !== 'number' || typeof min !== 'number') {
    throw layerProblem(place, 'is quantised without scale and min');
  }
  return (bytes) => {
    const whole = dtype === 'uint8' ? bytes : words(bytes);
    return Float32Array.from(whole, (value) => value * scale + min);
  };
}

function words(bytes: Uint8Array<ArrayBuffer>): Uint16Array {
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
}

/** IEEE 754 binary16. */
function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
