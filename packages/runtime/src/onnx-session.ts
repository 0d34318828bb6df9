import './no-telemetry.ts';
import type { Model } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import { colourInputs } from '@maskwatch/vision/colour';
import type { Colour } from '@maskwatch/vision/picture';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { floatOutputs, type RawOutput, reasonOf } from './onnx-results.ts';
import type { OnnxProvider } from './provider.ts';
import type { LoadedModel } from './registry.ts';

/** A batch of pictures as bytes: uint8 [count, 3, height, width], also in shared memory. */
export interface PictureBatch {
  planes: Uint8Array;
  count: number;
  width: number;
  height: number;
  colour: Colour;
}

/** An ONNX file that is open on one provider, and stays there. */
export interface OnnxSession {
  provider: OnnxProvider;
  /** The file takes any number of pictures at once, not one only. */
  takesMany: boolean;
  run(batch: PictureBatch): Promise<Record<string, RawOutput>>;
  /** Frees the session's memory; no run may be under way or follow. */
  release(): Promise<void>;
}

/**
 * One thread, whatever computes: on a CPU that is the thread of the caller, and a GPU leaves to it
 * only what it cannot do itself.
 */
export function sessionOptions(provider: OnnxProvider): InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // Patterns are remembered per input shape: a folder of pictures has hundreds.
    enableMemPattern: false,
    // A provider that is absent is no error here: it is tried, and the sentence says why not.
    logSeverityLevel: provider === 'cpu' ? 3 : 4,
    // Waiting threads must not burn the cores that ffmpeg needs.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}

/** Problems: model-open; runs reject with inference-run. */
export async function openOnnxSession(
  { model, path }: LoadedModel,
  provider: OnnxProvider,
): Promise<OnnxSession> {
  const options = sessionOptions(provider);
  const session = await InferenceSession.create(path, options).catch((cause: unknown) => {
    const what = `The model ${model.name} cannot be opened: ${reasonOf(cause)}`;
    throw new Problem('model-open', what, {
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
    provider,
    takesMany: takesMany(session, model),
    async run(batch) {
      const planes = planesTensor(batch);
      const feeds = { [model.input.name]: planes, ...colourOf(batch.colour) };
      const results = await session.run(feeds).catch((cause: unknown) => {
        const what = `${model.name} failed on a run: ${reasonOf(cause)}`;
        throw new Problem('inference-run', what, { cause });
      });
      return floatOutputs(results);
    },
    release: () => session.release(),
  };
}

function takesMany({ inputMetadata }: InferenceSession, { input }: Model): boolean {
  const planes = inputMetadata.find(({ name }) => name === input.name);
  return planes?.isTensor === true && typeof planes.shape[0] === 'string';
}

function planesTensor({ planes, count, width, height }: PictureBatch): Tensor {
  const expected = count * 3 * width * height;
  if (planes.length === expected && expected > 0) {
    return new Tensor('uint8', planes, [count, 3, height, width]);
  }
  throw new Problem(
    'inference-input',
    `${count} pictures of ${width}x${height} take ${expected} bytes, not ${planes.length}.`,
  );
}

function colourTensors(colour: Colour, model: Model): Record<string, Tensor> {
  const inputs = colourInputs(colour, model);
  return {
    colour: new Tensor('float32', inputs.colour, [3, 3, 1, 1]),
    offset: new Tensor('float32', inputs.offset, [3]),
  };
}
