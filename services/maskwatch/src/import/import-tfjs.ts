import { dirname, join } from 'node:path';
import { type ConvertedClassifier, convertLayers } from '@maskwatch/onnx/layers/convert-layers';
import { readTfjsModel } from '@maskwatch/onnx/layers/read-tfjs-folder';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { withPictureInput } from '@maskwatch/onnx/picture-input';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import type { NetworkFile } from '@maskwatch/runtime/model-folder';
import { shardsOf } from '@maskwatch/runtime/tfjs-files';
import { checkCount, statesOf } from './class-meanings.ts';
import { areProbabilities } from './import-onnx-classifier.ts';
import type { ImportOptions } from './import-options.ts';
import { type Imported, softmax } from './imported.ts';
import { newClassifier } from './new-model.ts';
import type { NoOriginal, Original } from './original.ts';
import { otherForm } from './other-form.ts';
import { pictureFeeds, type Reading } from './picture-feeds.ts';
import { chooseScaling } from './probe-scaling.ts';
import { openTrial } from './run-trial.ts';
import { scalings } from './scaling.ts';
import { mostWeightBytes, readSource, type SourceFile } from './sources.ts';
import { testPictures } from './test-pictures.ts';

/** Their model.json would be taken for ours. */
const jsonName = 'network.json';
const taken = new Set([jsonName, 'model.json', 'CARD.md', 'report.html']);
const usualSize = 224;

/**
 * A classifier that stays in TensorFlow.js: a LayersModel, also of layers that are not converted, or
 * a GraphModel. Problems: tfjs-files, import-size, import-names, names-unknown, import-scale,
 * import-pictures, tfjs-scores, those of a trial.
 */
export async function importTfjsAsItIs(
  json: SourceFile,
  { name, options }: { name: string; options: ImportOptions },
): Promise<Imported> {
  const shards = await readShards(json);
  const sources = [json, ...shards];
  const files: NetworkFile[] = [{ name: jsonName, bytes: json.bytes }, ...shards];
  const { size, classes } = await tried(files, options);
  const states = statesOf(checkCount(options.names, classes), options.map);
  const { kind, original, converted } = await otherFormOf(json, shards, size);
  const rescaling = converted?.rescaling;
  const { name: scaling, probing } =
    rescaling === undefined
      ? await chooseScaling(files, { size, classes: states, options })
      : { name: 'raw' as const };
  const { colourOrder } = options;
  const reading: Reading = { ...scalings[scaling], colourOrder };
  const common = { name, options, sources, reading };
  const notes = ['It runs with TensorFlow.js, which is slower than ONNX Runtime.'];
  if (rescaling !== undefined) notes.push('A layer of the network scales the pixels.');
  if (probing !== undefined) notes.push(`The scaling ${scaling} was found by trying all.`);
  return {
    ...{ network: files, sources, original, outputs: ['logits'], notes },
    model: { ...newClassifier(common, { size, classes: states }), runtime: 'tfjs' },
    // What the layer does has become a part of how the other form is fed.
    originalReading: { ...(rescaling ?? scalings[scaling]), colourOrder },
    compared: { ours: softmax, theirs: softmax },
    origin: `a ${kind} of TensorFlow.js, ${classes} classes`,
    ...(probing === undefined ? {} : { probing }),
  };
}

/** The files of weights in the order of the JSON, each once. */
async function readShards(json: SourceFile): Promise<SourceFile[]> {
  const shards: SourceFile[] = [];
  let left = mostWeightBytes;
  for (const name of shardNames(json)) {
    const shard = await readSource(join(dirname(json.path), name), left);
    left -= shard.bytes.length;
    shards.push(shard);
  }
  return shards;
}

function shardNames({ name, bytes }: SourceFile): string[] {
  let names: string[];
  try {
    names = shardsOf(bytes).shards;
  } catch (cause) {
    throw filesProblem(`${name} is no model.json of TensorFlow.js: ${messageOf(cause)}`, cause);
  }
  const twice = names.find((shard, n) => names.indexOf(shard) !== n || taken.has(shard));
  if (twice === undefined) return names;
  throw filesProblem(`${name} names ${twice} for weights, twice or beside a file of that name`);
}

/** What a run on generated pictures tells. */
async function tried(
  files: readonly NetworkFile[],
  options: ImportOptions,
): Promise<{ size: number; classes: number }> {
  const trial = await openTrial(files);
  try {
    const size = sizeOf(trial.inputShape, options.size);
    const { shape } = options.crop;
    const { pictures } = await testPictures({ task: 'classifier', size, shape });
    const rows: Float32Array[] = [];
    for (const picture of pictures) {
      const feeds = pictureFeeds(picture, { ...scalings['zero-to-one'], colourOrder: 'rgb' });
      rows.push((await trial.run(feeds)).logits?.data ?? new Float32Array());
    }
    if (rows.every(areProbabilities)) throw unseenEnd();
    return { size, classes: rows[0]!.length };
  } finally {
    await trial.close();
  }
}

function sizeOf([, height, width]: readonly (number | null)[] = [], asked?: number): number {
  const own = width ?? height ?? undefined;
  if ((height ?? own) !== (width ?? own)) {
    throw sizeProblem(`takes pictures of ${width}x${height}, and crops are square`);
  }
  if (own !== undefined && asked !== undefined && own !== asked) {
    throw sizeProblem(`takes ${own} pixels, not --size ${asked}`);
  }
  return own ?? asked ?? usualSize;
}

interface OtherForm {
  kind: 'LayersModel' | 'GraphModel';
  original: Original | NoOriginal;
  converted?: ConvertedClassifier;
}

/** A LayersModel as ONNX, to compare with and to learn how it scales. */
async function otherFormOf(
  json: SourceFile,
  shards: readonly SourceFile[],
  size: number,
): Promise<OtherForm> {
  const graph = JSON.parse(Buffer.from(json.bytes).toString('utf8')).modelTopology?.node;
  if (graph !== undefined) {
    const original = { cannot: 'a GraphModel is read by TensorFlow.js alone' };
    return { kind: 'GraphModel', original };
  }
  const kind = 'LayersModel';
  const named = new Map(shards.map(({ name, bytes }) => [name, bytes]));
  try {
    const network = await readTfjsModel(json.bytes, async (name) => named.get(name)!);
    const converted = convertLayers(network, { size });
    const onnx = writeOnnx(withPictureInput(converted.graph));
    return { kind, converted, original: otherForm('ONNX Runtime, as ONNX', onnx) };
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    const cannot = `as ONNX it is not known: ${thrown.message.replace(/\.$/, '')}`;
    return { kind, original: { cannot } };
  }
}

function filesProblem(what: string, cause?: unknown): Problem {
  return new Problem('tfjs-files', `The folder cannot be used: ${what}.`, {
    action: 'Give the folder as TensorFlow.js or its converter wrote it.',
    cause,
    status: 422,
  });
}

function sizeProblem(what: string): Problem {
  return new Problem('import-size', `The network ${what}.`, {
    action: 'Give --size as the network was trained, with a square input.',
    status: 422,
  });
}

function unseenEnd(): Problem {
  return new Problem(
    'tfjs-scores',
    'The network puts out probabilities, and no softmax at its end is known as one.',
    { action: 'Export it so that a softmax or its logits are its output.', status: 422 },
  );
}
