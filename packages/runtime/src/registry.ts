import { access, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  ClassifierModel,
  DetectorModel,
  FeaturesModel,
  Model,
  ModelFile,
} from '@maskwatch/contracts/model';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { combinedOf, type Ensemble, type ModelPlace, membersOf } from './ensemble-members.ts';
import { readDescription } from './model-description.ts';
import { hashOfFiles, readTfjsFiles } from './tfjs-files.ts';

/** A model whose file was read and has the hash that its model.json names. */
export interface LoadedModel<M extends Model = Model> {
  /** Of an ensemble: its members as one; see combined-model.ts. */
  model: M;
  /** Of the network's file; of an ensemble its model.json. */
  path: string;
  /** Of an ensemble only. */
  members?: LoadedMember<M>[];
}

export interface LoadedMember<M extends Model = Model> {
  /** No ensemble itself. */
  loaded: LoadedModel<M>;
  weight: number;
  flip: boolean;
}

/** One folder of models/: what its model.json says, or why it cannot be used. */
export interface ListedModel {
  name: string;
  model?: ModelFile;
  problem?: Problem;
}

/** MASKWATCH_MODELS where set, else models/ of the repository. */
export function modelsFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.MASKWATCH_MODELS ?? fileURLToPath(new URL('../../../models', import.meta.url));
}

/** A name of the registry or, with a slash in it, a folder. */
export function placeOfModel(nameOrFolder: string, registry = modelsFolder()): ModelPlace {
  if (!nameOrFolder.includes('/'))
    return { name: nameOrFolder, folder: join(registry, nameOrFolder) };
  const folder = resolve(nameOrFolder);
  return { name: basename(folder), folder };
}

/** Every folder with a model.json, by name; their files are not read. Recipes are no models. */
export async function listModels(folder = modelsFolder()): Promise<ListedModel[]> {
  const listed: ListedModel[] = [];
  for (const name of await modelNames(folder)) {
    const place = { name, folder: join(folder, name) };
    try {
      const model = await describe(place);
      if ('members' in model) combinedOf(model, await membersOf(model, place, folder));
      listed.push({ name, model });
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown;
      listed.push({ name, problem: thrown });
    }
  }
  return listed;
}

/**
 * Reads a model's description and checks the bytes of its file, of an ensemble those of its
 * members; a name with a slash in it is a folder. Problems: model-unknown, model-invalid,
 * model-altered (truncated, changed or missing), model-members.
 */
export async function loadModel(
  nameOrFolder: string,
  registry = modelsFolder(),
): Promise<LoadedModel> {
  const place = placeOfModel(nameOrFolder, registry);
  const model = await describe(place);
  return 'members' in model ? loadEnsemble(model, place, registry) : loadNetwork(model, place);
}

export function loadDetector(
  name: string,
  folder = modelsFolder(),
): Promise<LoadedModel<DetectorModel>> {
  return loadTask('detector', name, folder);
}

export function loadClassifier(
  name: string,
  folder = modelsFolder(),
): Promise<LoadedModel<ClassifierModel>> {
  return loadTask('classifier', name, folder);
}

export function loadFeatures(
  name: string,
  folder = modelsFolder(),
): Promise<LoadedModel<FeaturesModel>> {
  return loadTask('features', name, folder);
}

type Of<T extends Model['task']> = Extract<Model, { task: T }>;

/** Problem model-task, besides those of loadModel. */
async function loadTask<T extends Model['task']>(
  task: T,
  name: string,
  folder: string,
): Promise<LoadedModel<Of<T>>> {
  const loaded = await loadModel(name, folder);
  if (isOf(loaded, task)) return loaded;
  throw new Problem('model-task', `The model ${name} is a ${loaded.model.task}, not a ${task}.`, {
    action: `Name a ${task} model; "maskwatch models list" shows what each is.`,
  });
}

function isOf<T extends Model['task']>(loaded: LoadedModel, task: T): loaded is LoadedModel<Of<T>> {
  return loaded.model.task === task;
}

async function loadNetwork(model: Model, { name, folder }: ModelPlace): Promise<LoadedModel> {
  const path = join(folder, model.file);
  const tfjs = model.runtime === 'tfjs';
  const { sha256, bytes } = await (tfjs ? readTfjsFiles(path) : readNetwork(path)).catch(
    (cause: unknown) => {
      throw altered(name, `${model.file} cannot be read: ${messageOf(cause)}`, cause);
    },
  );
  if (sha256 !== model.sha256) {
    const file = tfjs ? `${model.file} with its weights` : model.file;
    throw altered(
      name,
      `${file} is not the file that model.json describes: it has ${bytes} bytes and sha256 ${sha256}, not ${model.sha256}`,
    );
  }
  return { model, path };
}

async function readNetwork(path: string): Promise<{ sha256: string; bytes: number }> {
  const bytes = await readFile(path);
  return { sha256: hashOfFiles([bytes]), bytes: bytes.length };
}

async function loadEnsemble(
  ensemble: Ensemble,
  place: ModelPlace,
  registry: string,
): Promise<LoadedModel> {
  const described = await membersOf(ensemble, place, registry);
  const path = join(place.folder, 'model.json');
  const { sha256 } = await readNetwork(path);
  const model = { ...combinedOf(ensemble, described), file: 'model.json', sha256 };
  const members: LoadedMember[] = [];
  for (const { model: member, place, weight, flip } of described) {
    members.push({ loaded: await loadNetwork(member, place), weight, flip });
  }
  return { model, path, members };
}

async function modelNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new Problem('model-folder', `The models folder cannot be read: ${messageOf(cause)}`, {
      action: 'Set MASKWATCH_MODELS to a folder of models, or leave it unset.',
      cause,
    });
  });
  const names: string[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const found = await access(join(folder, entry.name, 'model.json')).then(
      () => true,
      () => false,
    );
    if (found) names.push(entry.name);
  }
  return names.sort();
}

/** Problem model-unknown, naming those beside it, where the folder has no model.json. */
async function describe({ name, folder }: ModelPlace): Promise<ModelFile> {
  const model = await readDescription({ name, folder });
  if (model !== undefined) return model;
  const names = await modelNames(dirname(folder));
  throw new Problem('model-unknown', `There is no model ${name} in ${dirname(folder)}.`, {
    action: names.length > 0 ? `Choose one of: ${names.join(', ')}.` : 'Put a model folder there.',
    status: 404,
  });
}

function altered(name: string, what: string, cause?: unknown): Problem {
  return new Problem('model-altered', `The model ${name} cannot be used: ${what}.`, {
    action: `Restore ${name} from where it came (git checkout, download); a model of your own needs its sha256 in model.json.`,
    cause,
  });
}
