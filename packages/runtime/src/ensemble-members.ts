import { dirname, join, resolve } from 'node:path';
import type { ClassifierEnsemble, DetectorEnsemble, Model } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import { combinedClassifier, combinedDetector } from './combined-model.ts';
import { readDescription } from './model-description.ts';

export type Ensemble = ClassifierEnsemble | DetectorEnsemble;

/** Where a model lies or will lie. */
export interface ModelPlace {
  name: string;
  folder: string;
}

export interface DescribedMember {
  place: ModelPlace;
  model: Model;
  weight: number;
  flip: boolean;
}

/**
 * What the members say of themselves; their files are not read. A name with a slash in it is a
 * folder as seen from the ensemble's own, any other is looked for beside it, then in the registry.
 * Problem model-members, naming the member, where one is absent or an ensemble itself.
 */
export async function membersOf(
  ensemble: Ensemble,
  { folder }: ModelPlace,
  registry: string,
): Promise<DescribedMember[]> {
  const members: DescribedMember[] = [];
  for (const { name, weight, flip } of ensemble.members) {
    const folders = name.includes('/')
      ? [resolve(folder, name)]
      : [join(dirname(folder), name), join(registry, name)];
    const { place, model } = await firstOf(folders, { name, ensemble: ensemble.name });
    members.push({ place, model, weight, flip });
  }
  return members;
}

/** The members as one model. Problem model-members where they are of another task or do not fit. */
export function combinedOf(ensemble: Ensemble, members: readonly DescribedMember[]): Model {
  const { name, task } = ensemble;
  const of = <T extends Model['task']>(wanted: T) =>
    members.map(({ model }) => {
      if (isOf(model, wanted)) return model;
      throw unfit(name, `${model.name} is a ${model.task}, not a ${wanted}`);
    });
  return task === 'detector'
    ? combinedDetector(ensemble, of('detector'))
    : combinedClassifier(ensemble, of('classifier'));
}

function isOf<T extends Model['task']>(
  model: Model,
  task: T,
): model is Extract<Model, { task: T }> {
  return model.task === task;
}

async function firstOf(
  folders: readonly string[],
  { name, ensemble }: { name: string; ensemble: string },
): Promise<{ place: ModelPlace; model: Model }> {
  for (const folder of folders) {
    const model = await readDescription({ name, folder });
    if (model === undefined) continue;
    if ('members' in model) throw unfit(ensemble, `${name} has members itself`);
    return { place: { name, folder }, model };
  }
  throw unfit(ensemble, `there is no model ${name}, neither beside it nor in the registry`);
}

function unfit(ensemble: string, what: string): Problem {
  return new Problem('model-members', `The members of ${ensemble} do not fit: ${what}.`, {
    action: `Correct "members" in the model.json of ${ensemble}, or add the model.`,
  });
}
