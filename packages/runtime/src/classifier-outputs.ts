import type { ClassifierModel } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import { outputOf, type RawOutput } from './session.ts';

/** The logits of one crop, one a class; Problem inference-output where it is another number. */
export function logitsOf(outputs: Record<string, RawOutput>, model: ClassifierModel): Float32Array {
  const { data } = outputOf(outputs, model.output, model);
  if (data.length === model.classes.length) return data;
  throw new Problem(
    'inference-output',
    `${model.output} of ${model.name} has ${data.length} values for ${model.classes.length} classes.`,
    { action: 'Correct the classes in its model.json.' },
  );
}
