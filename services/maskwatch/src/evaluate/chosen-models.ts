import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Problem } from '@maskwatch/platform/problem';
import { loadModel, modelsFolder } from '@maskwatch/runtime/registry';

/** What is evaluated: a classifier on labelled faces, a detector alone, or both together. */
export const subjects = ['classifier', 'detector', 'pipeline'] as const;
export type Subject = (typeof subjects)[number];

/** Names of models of the registry, or folders. */
export interface ModelNames {
  detector: string;
  classifier: string;
}

/** What is taken where no model is named: also where MASKWATCH_MODELS holds only other ones. */
export const shipped: ModelNames = {
  detector: inRegistry('face-yolov4-mobilenetv2'),
  classifier: inRegistry('mask-mobilenetv2'),
};

function inRegistry(name: string): string {
  return existsSync(join(modelsFolder(), name)) ? name : join(modelsFolder({}), name);
}

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
export function namesText(names: Partial<ModelNames>): string {
  const { detector, classifier } = names;
  return [detector, classifier].flatMap((name) => (name ? basename(name) : [])).join(' and ');
}
