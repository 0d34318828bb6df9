import './no-telemetry.ts';
import { Problem } from '@maskwatch/platform/problem';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { floatOutputs, type RawOutput, reasonOf } from './onnx-results.ts';
import { sessionOptions } from './onnx-session.ts';

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
  const options = sessionOptions('cpu');
  const session = await InferenceSession.create(path, options).catch((cause: unknown) => {
    throw new Problem('model-open', `ONNX Runtime does not open the network: ${reasonOf(cause)}`, {
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
        throw new Problem('inference-run', `The network fails on a run: ${reasonOf(cause)}`, {
          cause,
          status: 422,
        });
      });
      return floatOutputs(results);
    },
  };
}
