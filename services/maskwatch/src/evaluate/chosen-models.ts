import { Problem } from '@maskwatch/platform/problem';
import { loadModel } from '@maskwatch/runtime/registry';

/** What is evaluated: a classifier on labelled faces, a detector alone, or both together. */
export const subjects = ['classifier', 'detector', 'pipeline'] as const;
export type Subject = (typeof subjects)[number];

/** Names of models of the registry, or folders. */
export interface ModelNames {
  detector: string;
  classifier: string;
}

export const shipped: ModelNames = {
  detector: 'face-yolov4-mobilenetv2',
  classifier: 'mask-mobilenetv2',
};

/**
 * Each name takes the place of the model of its task in `names`. Problems: those of the registry,
 * and model-task where a model has no part in what is evaluated.
 */
export async function withModels(
  subject: Subject,
  given: readonly string[],
  names: ModelNames = shipped,
): Promise<ModelNames> {
  const chosen = { ...names };
  for (const name of given) {
    const { task } = (await loadModel(name)).model;
    if (task === 'features' || (subject !== 'pipeline' && task !== subject)) {
      const wanted = subject === 'pipeline' ? 'detector or classifier' : subject;
      throw new Problem('model-task', `The model ${name} is of the task ${task}.`, {
        action: `"evaluate ${subject}" takes a ${wanted}; "maskwatch models list" shows what each model is.`,
        status: 400,
      });
    }
    chosen[task] = name;
  }
  return chosen;
}

/** What a report calls them. */
export function namesText(subject: Subject, { detector, classifier }: ModelNames): string {
  if (subject === 'pipeline') return `${detector} and ${classifier}`;
  return subject === 'detector' ? detector : classifier;
}
