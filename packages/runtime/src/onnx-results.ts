import './no-telemetry.ts';
import type { Model } from '@maskwatch/contracts/model';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { type InferenceSession, Tensor } from 'onnxruntime-node';

/** Values of one output of a run. */
export interface RawOutput {
  data: Float32Array;
  shape: readonly number[];
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

/** Outputs that are not float32 are left out. */
export function floatOutputs(
  results: InferenceSession.OnnxValueMapType,
): Record<string, RawOutput> {
  const outputs: Record<string, RawOutput> = {};
  for (const [name, value] of Object.entries(results)) {
    if (!(value instanceof Tensor) || !(value.data instanceof Float32Array)) continue;
    outputs[name] = { data: value.data, shape: value.dims };
  }
  return outputs;
}

/** Those of each picture of a batch. Problem inference-output where they are not `count` many. */
export function outputsOfEach(
  outputs: Record<string, RawOutput>,
  count: number,
): Record<string, RawOutput>[] {
  if (count === 1) return [outputs];
  const entries = Object.entries(outputs);
  for (const [name, { shape }] of entries) {
    if (shape[0] === count) continue;
    throw new Problem(
      'inference-output',
      `${name} has the shape ${shape.join('x')} for ${count} pictures.`,
    );
  }
  return Array.from({ length: count }, (_, n) => {
    return Object.fromEntries(
      entries.map(([name, { data, shape }]) => {
        const each = data.length / count;
        const own = data.subarray(n * each, (n + 1) * each);
        return [name, { data: own, shape: [1, ...shape.slice(1)] }];
      }),
    );
  });
}

/**
 * The runtime's messages run over many lines, and begin with a place in its source: what is left
 * of the first says what is wrong.
 */
export function reasonOf(thrown: unknown): string {
  const [line] = messageOf(thrown).split('\n');
  return line!.replace(/^\/\S+:\d+ .* was false\. /, '').slice(0, 300);
}
