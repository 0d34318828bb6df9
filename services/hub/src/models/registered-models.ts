/** Which models this machine has, and which of them run; a page shows it, and nothing judges by it. */
import { lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BrokenModel, UsableModel } from '@maskwatch/contracts/http';
import type { Model, ModelFile } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import { type ModelPlace, membersOf } from '@maskwatch/runtime/ensemble-members';
import { readDescription } from '@maskwatch/runtime/model-description';
import { listModels, placeOfModel } from '@maskwatch/runtime/registry';
import { problemDetails } from '../http/problem-answer.ts';

/** One model with its folder: routes look names up here and never make a path of them. */
export interface RegisteredModel {
  directory: string;
  /** What the folder's model.json says, where it can be used. */
  model?: ModelFile;
  entry: UsableModel | BrokenModel;
}

export interface RegisteredModelsOptions {
  /** Of the config: names of the registry, or folders. */
  configured: readonly string[];
  /** As they were read at the start. */
  loaded: readonly (Model | ModelFile)[];
  registry: string;
}

interface Found {
  name: string;
  directory: string;
  model?: ModelFile;
  problem?: Problem;
}

export class RegisteredModels {
  readonly #options: RegisteredModelsOptions;

  constructor(options: RegisteredModelsOptions) {
    this.#options = { ...options, registry: resolve(options.registry) };
  }

  /** What runs first, each part by name; folders are read anew. Throws Problem `model-folder`. */
  async list(): Promise<RegisteredModel[]> {
    const { configured, registry } = this.#options;
    const places = configured.map((name) => placeOfModel(name, registry));
    const running = new Set(places.map(({ folder }) => folder));
    const found = await this.#found(places);
    const models = await Promise.all(
      found.map(async (one): Promise<RegisteredModel> => {
        const runs = running.has(one.directory);
        const entry = await this.#entry(one, runs);
        return { directory: one.directory, entry, ...(one.model && { model: one.model }) };
      }),
    );
    return models.sort((a, b) => Number(b.entry.running) - Number(a.entry.running));
  }

  /** A folder of the config that is not in the registry stands for its name. */
  async #found(places: ModelPlace[]): Promise<Found[]> {
    const { registry } = this.#options;
    const listed = (await listModels(registry)).map(
      (one): Found => ({ ...one, directory: join(registry, one.name) }),
    );
    const known = new Set(listed.map(({ directory }) => directory));
    const outside = await Promise.all(
      places.filter(({ folder }) => !known.has(folder)).map(foundOutside),
    );
    const taken = new Set(outside.map(({ name }) => name));
    const all = [...listed.filter(({ name }) => !taken.has(name)), ...outside];
    return all.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async #entry(
    { name, directory, model, problem }: Found,
    runs: boolean,
  ): Promise<UsableModel | BrokenModel> {
    const registered = {
      ...{ name, running: runs },
      report: await isFile(join(directory, 'report.html')),
    };
    if (model === undefined)
      return { ...registered, problem: problemDetails(problem ?? gone(name)) };
    if (!('members' in model) && !(await isFile(join(directory, model.file)))) {
      return { ...registered, problem: problemDetails(incomplete(name, model.file)) };
    }
    const { task, version, licence, sources, measured } = model;
    return {
      ...{ ...registered, task, version, licence, sources, measured },
      classes: await this.#classesOf(model, directory),
      ...('members' in model && { members: model.members }),
      changed: runs && this.#changed(model),
    };
  }

  /** Members have the same classes. */
  async #classesOf(model: ModelFile, folder: string): Promise<UsableModel['classes']> {
    if ('classes' in model) return model.classes;
    if (!('members' in model)) return [];
    const place = { name: model.name, folder };
    const [first] = await membersOf(model, place, this.#options.registry).catch(() => []);
    return first !== undefined && 'classes' in first.model ? first.model.classes : [];
  }

  #changed(model: ModelFile): boolean {
    if (!('sha256' in model)) return false;
    const then = this.#options.loaded.find(({ name }) => name === model.name);
    return then !== undefined && 'sha256' in then && then.sha256 !== model.sha256;
  }
}

async function foundOutside({ name, folder }: ModelPlace): Promise<Found> {
  try {
    const model = await readDescription({ name, folder });
    return {
      name,
      directory: folder,
      ...(model === undefined ? { problem: gone(name) } : { model }),
    };
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    return { name, directory: folder, problem: thrown };
  }
}

async function isFile(path: string): Promise<boolean> {
  return lstat(path).then(
    (stat) => stat.isFile(),
    () => false,
  );
}

function gone(name: string): Problem {
  return new Problem('model-unknown', `The folder of ${name} is not there any more.`, {
    action: 'The service goes on until its next start. Restore the folder, or name another.',
  });
}

function incomplete(name: string, missing: string): Problem {
  return new Problem('model-altered', `${name} cannot be used: ${missing} is missing.`, {
    action: `Restore it from where it came (git checkout, download), make it anew, or remove the folder ${name}.`,
  });
}
