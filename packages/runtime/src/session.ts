import type { Model } from '@maskwatch/contracts/model';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { colourInputs } from '@maskwatch/vision/colour';
import type { Colour } from '@maskwatch/vision/picture';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { LoadedModel } from './registry.ts';

/** A batch of pictures as bytes: uint8 [count, 3, height, width], also in shared memory. */
export interface PictureBatch {
  planes: Uint8Array;
  count: number;
  width: number;
  height: number;
  colour: Colour;
}

/** Values of one output of a run. */
export interface RawOutput {
  data: Float32Array;
  shape: readonly number[];
}

/**
 * One ONNX session. `run` computes on the calling thread and blocks it: only an inference thread
 * may call it, and nothing may end that thread meanwhile (the process would abort).
 */
export interface PictureSession {
  run(batch: PictureBatch): Promise<Record<string, RawOutput>>;
  /** Frees the session's memory; no run may be under way or follow. */
  release(): Promise<void>;
}

const options: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  // Patterns are remembered per input shape: a folder of pictures has hundreds.
  enableMemPattern: false,
  logSeverityLevel: 3,
  // Waiting threads must not burn the cores that ffmpeg needs.
  extra: { session: { intra_op: { allow_spinning: '0' } } },
};

/** Opens a model on one thread of the CPU. Problems: model-open; runs reject with inference-run. */
export async function openSession({ model, path }: LoadedModel): Promise<PictureSession> {
  const session = await InferenceSession.create(path, options).catch((cause: unknown) => {
    throw new Problem('model-open', `The model ${model.name} cannot be opened: ${reason(cause)}`, {
      action: 'Check the file with "maskwatch models verify"; it must be ONNX for this runtime.',
      cause,
    });
  });
  const colours = new Map<Colour, Record<string, Tensor>>();
  const colourOf = (colour: Colour) => {
    const tensors = colours.get(colour) ?? colourTensors(colour, model);
    colours.set(colour, tensors);
    return tensors;
  };
  return {
    async run(batch) {
      const expected = batch.count * 3 * batch.width * batch.height;
      if (batch.planes.length !== expected || expected === 0) {
        throw new Problem(
          'inference-input',
          `${batch.count} pictures of ${batch.width}x${batch.height} take ${expected} bytes, not ${batch.planes.length}.`,
        );
      }
      const shape = [batch.count, 3, batch.height, batch.width];
      const planes = new Tensor('uint8', batch.planes, shape);
      const feeds = { [model.input.name]: planes, ...colourOf(batch.colour) };
      const results = await session.run(feeds).catch((cause: unknown) => {
        throw new Problem('inference-run', `${model.name} failed on a run: ${reason(cause)}`, {
          cause,
        });
      });
      return rawOutputs(results);
    },
    release: () => session.release(),
  };
}

function colourTensors(colour: Colour, model: Model): Record<string, Tensor> {
  const inputs = colourInputs(colour, model);
  return {
    colour: new Tensor('float32', inputs.colour, [3, 3, 1, 1]),
    offset: new Tensor('float32', inputs.offset, [3]),
  };
}

function rawOutputs(results: InferenceSession.OnnxValueMapType): Record<string, RawOutput> {
  const outputs: Record<string, RawOutput> = {};
  for (const [name, value] of Object.entries(results)) {
    if (!(value instanceof Tensor) || !(value.data instanceof Float32Array)) continue;
    outputs[name] = { data: value.data, shape: value.dims };
  }
  return outputs;
}

/** The runtime's messages run over many lines; the first says what is wrong. */
function reason(thrown: unknown): string {
  return messageOf(thrown).split('\n')[0]!.slice(0, 300);
}

/** The output of that name; Problem model-output where the file has none. */
export function outputOf(
  outputs: Record<string, RawOutput>,
  name: string,
  model: Model,
): RawOutput {
  const output = outputs[name];
  if (output !== undefined) return output;
  throw new Problem(
    'model-output',
    `The model ${model.name} has no output ${name}; it has ${Object.keys(outputs).join(', ')}.`,
    { action: 'Correct the names of the outputs in its model.json.' },
  );
}
