import { dirname, join } from 'node:path';
import { convertLayers } from '@maskwatch/onnx/layers/convert-layers';
import type { LayersNetwork } from '@maskwatch/onnx/layers/layers-network';
import { readKerasH5 } from '@maskwatch/onnx/layers/read-keras-h5';
import { readKerasZip } from '@maskwatch/onnx/layers/read-keras-zip';
import { readTfjsModel } from '@maskwatch/onnx/layers/read-tfjs-folder';
import { Problem } from '@maskwatch/platform/problem';
import { checkCount, statesOf } from './class-meanings.ts';
import type { ImportOptions } from './import-options.ts';
import { asItIs, type Comparable, type Imported, softmax } from './imported.ts';
import { newClassifier } from './new-model.ts';
import type { NoOriginal, Original } from './original.ts';
import { kerasOriginal } from './original-python.ts';
import { otherForm } from './other-form.ts';
import type { Reading } from './picture-feeds.ts';
import { chooseScaling } from './probe-scaling.ts';
import { scalings } from './scaling.ts';
import { mostWeightBytes, readSource, type SourceFile } from './sources.ts';

interface Asked {
  name: string;
  options: ImportOptions;
}

/** A network of layers, whatever it was stored in. */
interface Read {
  network: LayersNetwork;
  sources: SourceFile[];
  original: Original | NoOriginal;
  /** What makes the original's row probabilities. */
  theirs: Comparable;
  container: string;
}

/** A Keras file: .keras is a zip, everything else HDF5. Problems: those of the readers and of `importNetwork`. */
export async function importKeras(source: SourceFile, asked: Asked): Promise<Imported> {
  const zip = source.bytes[0] === 0x50 && source.bytes[1] === 0x4b;
  const network = await (zip ? readKerasZip(source.bytes) : readKerasH5(source.bytes));
  const original = await kerasOriginal(source.path, asked.options.python);
  const container = zip ? 'Keras (.keras)' : 'Keras (HDF5)';
  const theirs = probabilitiesOf(lastActivation(network.topology));
  return importNetwork({ network, sources: [source], original, theirs, container }, asked);
}

/** model.json of a TensorFlow.js LayersModel, with its files of weights beside it. */
export async function importTfjs(json: SourceFile, asked: Asked): Promise<Imported> {
  const shards: SourceFile[] = [];
  const read = new Map<string, SourceFile>();
  const folder = dirname(json.path);
  const network = await readTfjsModel(json.bytes, async (name) => {
    const left = shards.reduce((rest, { bytes }) => rest - bytes.length, mostWeightBytes);
    const shard = read.get(name) ?? (await readSource(join(folder, name), left));
    if (!read.has(name)) shards.push(shard);
    read.set(name, shard);
    return shard.bytes;
  });
  const sources = [json, ...shards];
  const original = otherForm('TensorFlow.js', sources);
  const container = 'TensorFlow.js';
  return importNetwork({ network, sources, original, theirs: softmax, container }, asked);
}

/** Problems: layers-model, import-size, import-names, names-unknown, import-scale, import-pictures. */
async function importNetwork(read: Read, { name, options }: Asked): Promise<Imported> {
  const converted = convertLayers(
    read.network,
    options.size === undefined ? {} : { size: options.size },
  );
  const { graph, inputSize, classes, rescaling } = converted;
  if (inputSize.width !== inputSize.height) {
    const what = `${inputSize.width}x${inputSize.height}`;
    throw new Problem(
      'import-size',
      `The network takes pictures of ${what}, and crops are square.`,
      {
        action: 'Train it with a square input.',
        status: 422,
      },
    );
  }
  const size = inputSize.width;
  const states = statesOf(checkCount(options.names, classes), options.map);
  const notes: string[] = [];
  const chosen =
    rescaling === undefined
      ? await chooseScaling(graph, { size, classes: states, options })
      : undefined;
  if (chosen?.probing !== undefined)
    notes.push(`The scaling ${chosen.name} was found by trying all.`);
  if (rescaling !== undefined) {
    const ignored = options.scaling === undefined ? '' : '; --scale is not used';
    notes.push(`A layer of the network says how pixels are scaled${ignored}.`);
  }
  const { colourOrder } = options;
  const scaled = chosen === undefined ? undefined : scalings[chosen.name];
  const reading: Reading = { ...(rescaling ?? scaled ?? scalings.raw), colourOrder };
  return {
    ...{
      network: graph,
      sources: read.sources,
      original: read.original,
      outputs: ['logits'],
      notes,
    },
    model: newClassifier(
      { name, options, sources: read.sources, reading },
      { size, classes: states },
    ),
    // The layer that scales is still in the original.
    originalReading: { ...(scaled ?? scalings.raw), colourOrder },
    compared: { ours: softmax, theirs: read.theirs },
    origin: `${read.container}, ${classes} classes`,
    ...(chosen?.probing === undefined ? {} : { probing: chosen.probing }),
  };
}

/** The original's row as the probabilities of our classes. */
function probabilitiesOf(activation: string): Comparable {
  if (activation === 'softmax') return asItIs;
  const logit = (share: number) => Math.log(Math.max(share, 1e-12) / Math.max(1 - share, 1e-12));
  return (row) => {
    const logits = activation === 'sigmoid' ? row.map(logit) : row;
    return softmax(logits.length === 1 ? Float32Array.of(0, logits[0]!) : logits);
  };
}

/**
 * Of the last layer, looked for through nested models; the reader knows that the topology is sound:
 * `{model_config}` around `{class_name, config}`, whose config is `{layers}` or, of old, the list.
 */
function lastActivation(topology: unknown): string {
  let layer = topology as Json | undefined;
  layer = (layer?.model_config as Json | undefined) ?? layer;
  for (let depth = 0; depth < 20; depth += 1) {
    const config = layer?.config as Json | undefined;
    const inner = Array.isArray(config) ? config : config?.layers;
    if (!Array.isArray(inner)) break;
    layer = inner.at(-1) as Json | undefined;
  }
  if (layer?.class_name === 'Softmax') return 'softmax';
  const activation = (layer?.config as Json | undefined)?.activation as Json | string | undefined;
  const name = typeof activation === 'string' ? activation : activation?.config;
  return typeof name === 'string' ? name : 'linear';
}

interface Json {
  [key: string]: unknown;
}
