import { Dataset, File, FS, Group, ready } from 'h5wasm';
import { layerProblem, short } from './layer-problem.ts';
import { MOST_WEIGHTS } from './layers-network.ts';

/** What a model needs of an HDF5 file. */
export interface H5Contents {
  /** The JSON of the model, of a file that holds it. */
  modelConfig: string | undefined;
  /** By group: the names of its weights as Keras lists them, in Keras's order. */
  weightNames: Map<string, string[]>;
  /** By path, without a slash at the front. */
  datasets: Map<string, { shape: number[]; data: Float32Array }>;
}

const MOST_OBJECTS = 20_000;
const MOST_DEPTH = 40;
const MOST_TEXT = 16 * 2 ** 20;
/** Attributes above 64 KB are cut into parts, name0, name1 and so on. */
const MOST_PARTS = 100;
const MEMORY_FILE = 'model.h5';

/**
 * Reads all numbers of a file but those of the optimizer. It lies in memory, so links to other
 * files lead nowhere. No more is read than the file has bytes: what is packed, or there twice,
 * counts as it is unpacked.
 */
export async function readH5Contents(bytes: Uint8Array): Promise<H5Contents> {
  await ready;
  FS!.writeFile(MEMORY_FILE, bytes);
  const file = new File(MEMORY_FILE, 'r');
  const reader = new H5Reader(bytes.length);
  reader.group(file, '', 0);
  const modelConfig = reader.text(file, 'model_config');
  return { modelConfig, weightNames: reader.weightNames, datasets: reader.datasets };
}

class H5Reader {
  readonly datasets: H5Contents['datasets'] = new Map();
  readonly weightNames: H5Contents['weightNames'] = new Map();
  #objects = 0;
  #bytesLeft: number;

  constructor(bytes: number) {
    this.#bytesLeft = bytes;
  }

  group(group: Group, path: string, depth: number): void {
    if (depth > MOST_DEPTH) throw layerProblem(place(path), 'is nested more than 40 deep');
    const names = this.#weightNames(group);
    if (names !== undefined) this.weightNames.set(path, names);
    for (const name of group.keys()) {
      this.#objects += 1;
      if (this.#objects > MOST_OBJECTS) throw layerProblem('the file', 'has over 20000 objects');
      if (path === '' && name.startsWith('optimizer')) continue;
      const inner = path === '' ? name : `${path}/${name}`;
      const entity = group.get(name);
      if (entity instanceof Group) this.group(entity, inner, depth + 1);
      else if (entity instanceof Dataset) this.#dataset(entity, inner);
    }
  }

  /** An attribute of one text; undefined where there is none. */
  text(group: Group, name: string): string | undefined {
    const [value] = this.#attribute(group, name) ?? [];
    return value;
  }

  #weightNames(group: Group): string[] | undefined {
    const whole = this.#attribute(group, 'weight_names');
    if (whole !== undefined) return whole;
    const parts: string[] = [];
    for (let i = 0; i < MOST_PARTS; i++) {
      const part = this.#attribute(group, `weight_names${i}`);
      if (part === undefined) return i === 0 ? undefined : parts;
      parts.push(...part);
    }
    throw layerProblem(place(group.path), 'has too many names of weights');
  }

  #attribute(group: Group, name: string): string[] | undefined {
    const attribute = group.attrs[name];
    if (attribute === undefined) return undefined;
    const { total_size: count, size } = attribute.metadata;
    if (count > MOST_OBJECTS || count * size > MOST_TEXT) {
      throw layerProblem(place(group.path), `its attribute ${name} is larger than 16 MB`);
    }
    const value: unknown = attribute.value;
    const texts: unknown[] = Array.isArray(value) ? value : value === null ? [] : [value];
    if (!texts.every((text) => typeof text === 'string') && count > 0 && size > 0) {
      // Keras writes the names of a layer without weights as an empty list of numbers.
      throw layerProblem(place(group.path), `its attribute ${name} is no text`);
    }
    return texts.filter((text) => typeof text === 'string');
  }

  #dataset(dataset: Dataset, path: string): void {
    const { shape, size, total_size: count, type } = dataset.metadata;
    // Numbers of other kinds (counters, seeds) are read by no layer.
    if (shape === null || type !== FLOAT || (size !== 4 && size !== 8)) return;
    const numbers = shape.reduce((product, side) => product * side, 1);
    if (count !== numbers || numbers > MOST_WEIGHTS || numbers * size > this.#bytesLeft) {
      const what = `is [${shape.join(', ')}], more than the file holds (packed files are not read)`;
      throw layerProblem(place(path), what);
    }
    this.#bytesLeft -= numbers * size;
    const value: unknown = numbers === 0 ? [] : dataset.value;
    const data = value instanceof Float32Array ? value : Float32Array.from(value as Float64Array);
    this.datasets.set(path, { shape: [...shape], data });
  }
}

/** HDF5's number for floating point. */
const FLOAT = 1;

function place(path: string): string {
  return path === '' ? 'the file' : `"${short(path)}" in the file`;
}
