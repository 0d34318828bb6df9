import type { ClassifierModel } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import { outputOf, type RawOutput } from './onnx-results.ts';

/** The logits of each crop, one a class; Problem inference-output where it is another number. */
export function logitsOf(
  outputs: Record<string, RawOutput>,
  { model, count }: { model: ClassifierModel; count: number },
): Float32Array[] {
  const { data } = outputOf(outputs, model.output, model);
  const each = model.classes.length;
  if (data.length === count * each) {
    return Array.from({ length: count }, (_, n) => data.subarray(n * each, (n + 1) * each));
  }
  throw new Problem(
    'inference-output',
    `${model.output} of ${model.name} has ${data.length / count} values for ${each} classes.`,
    { action: 'Correct the classes in its model.json.' },
  );
}
