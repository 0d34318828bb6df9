import { Problem } from '@maskwatch/platform/problem';
import type { ColourInputs } from '@maskwatch/vision/colour';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import type { RawOutput } from './onnx-results.ts';
import { type LastStep, lastStepOfGraph, lastStepOfLayers, logitsOfScores } from './tfjs-scores.ts';

/** Pictures as bytes: uint8 [count, 3, height, width], and how they become what the network reads. */
export interface TfjsInput extends ColourInputs {
  planes: Uint8Array;
  count: number;
  width: number;
  height: number;
}

/** A LayersModel or GraphModel that is open. */
export interface TfjsNetwork {
  /** [n, height, width, channels]; null where the file leaves a side open. */
  inputShape: readonly (number | null)[];
  /** Computes at once on the backend that is chosen. Logits, float32 [count, classes]. */
  run(input: TfjsInput): RawOutput;
  dispose(): void;
}

interface Loaded {
  inputs: readonly { shape?: (number | null)[] }[];
  outputs: readonly unknown[];
  last: LastStep;
  predict(pictures: tf.Tensor): tf.Tensor;
  dispose(): void;
}

/**
 * Opens what a model.json of TensorFlow.js and its weights hold, on the backend that is chosen.
 * Problems: tfjs-classifier where it is no classifier of pictures, tfjs-weights; whatever
 * TensorFlow.js throws where it does not take the model.
 */
export async function openTfjsNetwork({
  json,
  weights,
}: {
  json: unknown;
  weights: Uint8Array<ArrayBuffer>;
}): Promise<TfjsNetwork> {
  // What was trained how does not matter here, and its optimiser may be unknown.
  const { trainingConfig: _, ...model } = json as tf.io.ModelJSON;
  const specs = model.weightsManifest.flatMap((group) => group.weights);
  refuseOtherLength(specs, weights.length);
  const artifacts = tf.io.getModelArtifactsForJSONSync(model, specs, weights.buffer);
  const nodes = (model.modelTopology as { node?: unknown } | undefined)?.node;
  const loaded = Array.isArray(nodes)
    ? await loadGraph(artifacts, nodes)
    : await loadLayers(artifacts);
  try {
    const inputShape = shapeOfPictures(loaded);
    return {
      inputShape,
      run: (input) => run(loaded, input),
      dispose: () => loaded.dispose(),
    };
  } catch (thrown) {
    loaded.dispose();
    throw thrown;
  }
}

/** Else each weight behind a gap would be read from the bytes of others. */
function refuseOtherLength(specs: readonly tf.io.WeightsManifestEntry[], length: number): void {
  if (specs.some(({ dtype }) => dtype === 'string')) return;
  const expected = specs.reduce((sum, { shape, dtype, quantization }) => {
    return sum + tf.util.sizeFromShape(shape) * bytesOf(quantization?.dtype ?? dtype);
  }, 0);
  if (expected === length) return;
  throw new Problem(
    'tfjs-weights',
    `The files of weights hold ${length} bytes, and the weights take ${expected}.`,
    { action: 'Restore the folder as TensorFlow.js or its converter wrote it.', status: 422 },
  );
}

function bytesOf(type: string): number {
  if (type === 'uint8' || type === 'bool') return 1;
  if (type === 'uint16' || type === 'float16') return 2;
  return type === 'complex64' ? 8 : 4;
}

type Nodes = Parameters<typeof lastStepOfGraph>[0];

async function loadGraph(artifacts: tf.io.ModelArtifacts, nodes: Nodes): Promise<Loaded> {
  const model = await loadGraphModel(tf.io.fromMemory(artifacts));
  const { inputs, outputs } = model;
  const open = (side: number) => (side < 0 ? null : side);
  return {
    inputs: inputs.map(({ shape }) => (shape === undefined ? {} : { shape: shape.map(open) })),
    outputs,
    last: lastStepOfGraph(nodes, outputs[0]?.name ?? ''),
    predict: (pictures) => only(model.predict(pictures)),
    dispose: () => model.dispose(),
  };
}

async function loadLayers(artifacts: tf.io.ModelArtifacts): Promise<Loaded> {
  const model = await loadLayersModel(tf.io.fromMemory(artifacts));
  return {
    inputs: model.inputs,
    outputs: model.outputs,
    last: lastStepOfLayers(model),
    predict: (pictures) => only(model.predict(pictures, { batchSize: pictures.shape[0]! })),
    dispose: () => model.dispose(),
  };
}

/** A graph that names its outputs gives them by name. */
function only(said: tf.Tensor | tf.Tensor[] | tf.NamedTensorMap): tf.Tensor {
  return said instanceof tf.Tensor ? said : Object.values(said)[0]!;
}

function shapeOfPictures({ inputs, outputs }: Loaded): readonly (number | null)[] {
  if (inputs.length !== 1) throw noClassifier(`has ${inputs.length} inputs`);
  if (outputs.length !== 1) throw noClassifier(`has ${outputs.length} outputs`);
  const { shape = [null, null, null, null] } = inputs[0]!;
  if (shape.length === 4 && (shape[3] === 3 || shape[3] === null)) return shape;
  throw noClassifier(`takes ${shape.map((side) => side ?? 'n').join(' x ')} values`);
}

function run({ last, predict }: Loaded, input: TfjsInput): RawOutput {
  const { count, width, height } = input;
  const { shape, scores } = tf.tidy(() => {
    const pictures = tf.tensor4d(channelsLast(input), [count, height, width, 3]);
    const said = predict(pictures);
    return { shape: said.shape, scores: said.dataSync() };
  });
  const units = scores.length / count;
  const rows = shape[0] === count && shape.slice(1).filter((side) => side !== 1).length <= 1;
  if (!(scores instanceof Float32Array) || !rows || (units === 1 && last === 'softmax')) {
    throw noClassifier(`answers ${count} pictures with ${shape.join(' x ')} values`);
  }
  const logits = Array.from({ length: count }, (_, n) =>
    logitsOfScores(scores.subarray(n * units, (n + 1) * units), last),
  );
  const classes = logits[0]!.length;
  const data = new Float32Array(count * classes);
  for (const [n, row] of logits.entries()) data.set(row, n * classes);
  return { data, shape: [count, classes] };
}

/** float32 [count, height, width, 3] as the network reads its channels. */
function channelsLast({ planes, count, width, height, colour, offset }: TfjsInput): Float32Array {
  const pixels = width * height;
  const values = new Float32Array(count * pixels * 3);
  let to = 0;
  for (let picture = 0; picture < count; picture += 1) {
    const from = 3 * pixels * picture;
    for (let pixel = from; pixel < from + pixels; pixel += 1) {
      const [a, b, c] = [planes[pixel]!, planes[pixel + pixels]!, planes[pixel + 2 * pixels]!];
      for (let channel = 0; channel < 3; channel += 1, to += 1) {
        const at = 3 * channel;
        values[to] = colour[at]! * a + colour[at + 1]! * b + colour[at + 2]! * c + offset[channel]!;
      }
    }
  }
  return values;
}

function noClassifier(what: string): Problem {
  return new Problem('tfjs-classifier', `The network ${what}, which no classifier does.`, {
    action:
      'Only classifiers run with TensorFlow.js: pictures in red, green, blue go in, one row of scores each comes out. A detector is imported from darknet or ONNX.',
    status: 422,
  });
}
