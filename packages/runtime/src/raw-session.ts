import { messageOf, Problem } from '@maskwatch/platform/problem';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { RawOutput } from './session.ts';

/** What goes into one input of any network. */
export interface RawInput {
  data: Uint8Array | Float32Array;
  dims: number[];
}

/** Any ONNX file as it is, fed by the names of its own inputs. */
export interface RawSession {
  run(inputs: Record<string, RawInput>): Promise<Record<string, RawOutput>>;
}

/**
 * Opens a file that may be of any maker, on one thread. Outputs that are not float32 are left out.
 * Problems: model-open; runs reject with inference-run.
 */
export async function openRawSession(path: string): Promise<RawSession> {
  const session = await InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    enableMemPattern: false,
    logSeverityLevel: 3,
  }).catch((cause: unknown) => {
    throw new Problem('model-open', `ONNX Runtime does not open the network: ${reason(cause)}`, {
      cause,
      status: 422,
    });
  });
  return {
    async run(inputs) {
      const feeds = Object.entries(inputs).map(([name, { data, dims }]) => {
        const tensor =
          data instanceof Float32Array
            ? new Tensor('float32', data, dims)
            : new Tensor('uint8', data, dims);
        return [name, tensor] as const;
      });
      const results = await session.run(Object.fromEntries(feeds)).catch((cause: unknown) => {
        throw new Problem('inference-run', `The network fails on a run: ${reason(cause)}`, {
          cause,
          status: 422,
        });
      });
      const outputs: Record<string, RawOutput> = {};
      for (const [name, value] of Object.entries(results)) {
        if (!(value instanceof Tensor) || !(value.data instanceof Float32Array)) continue;
        outputs[name] = { data: value.data, shape: value.dims };
      }
      return outputs;
    },
  };
}

/** The runtime's messages run over many lines; the first says what is wrong. */
function reason(thrown: unknown): string {
  return messageOf(thrown).split('\n')[0]!.slice(0, 300);
}
