import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ClassifierModel, type DetectorModel, Model } from '@maskwatch/contracts/model';
import { messageOf, Problem } from '@maskwatch/platform/problem';

/** A model whose file was read and has the hash that its model.json names. */
export interface LoadedModel<M extends Model = Model> {
  model: M;
  /** Of the ONNX file. */
  path: string;
}

/** One folder of models/: what it holds, or why it cannot be used. */
export interface ListedModel {
  name: string;
  model?: Model;
  problem?: Problem;
}

/** MASKWATCH_MODELS where set, else models/ of the repository. */
export function modelsFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.MASKWATCH_MODELS ?? fileURLToPath(new URL('../../../models', import.meta.url));
}

/** Every folder with a model.json, by name; their files are not read. Recipes are no models. */
export async function listModels(folder = modelsFolder()): Promise<ListedModel[]> {
  const listed: ListedModel[] = [];
  for (const name of await modelNames(folder)) {
    try {
      listed.push({ name, model: await describe(name, folder) });
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown;
      listed.push({ name, problem: thrown });
    }
  }
  return listed;
}

/**
 * Reads a model's description and checks the bytes of its file; a name with a slash in it is a
 * folder. Problems: model-unknown, model-invalid, model-altered (truncated, changed or missing).
 */
export async function loadModel(
  nameOrFolder: string,
  registry = modelsFolder(),
): Promise<LoadedModel> {
  const { name, folder } = placeOfModel(nameOrFolder, registry);
  const model = await describe(name, dirname(folder));
  const path = join(folder, model.file);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw altered(name, `${model.file} cannot be read: ${messageOf(cause)}`, cause);
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== model.sha256) {
    throw altered(
      name,
      `${model.file} is not the file that model.json describes: it has ${bytes.length} bytes and sha256 ${sha256}, not ${model.sha256}`,
    );
  }
  return { model, path };
}

export async function loadDetector(
  name: string,
  folder = modelsFolder(),
): Promise<LoadedModel<DetectorModel>> {
  const { model, path } = await loadModel(name, folder);
  if (model.task !== 'detector') throw wrongTask(name, model.task, 'detector');
  return { model, path };
}

export async function loadClassifier(
  name: string,
  folder = modelsFolder(),
): Promise<LoadedModel<ClassifierModel>> {
  const { model, path } = await loadModel(name, folder);
  if (model.task !== 'classifier') throw wrongTask(name, model.task, 'classifier');
  return { model, path };
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
    const files = await readdir(join(folder, entry.name));
    if (files.includes('model.json')) names.push(entry.name);
  }
  return names.sort();
}

/** Where a model lies or will lie: a name of the registry or, with a slash in it, a folder. */
export function placeOfModel(
  nameOrFolder: string,
  registry = modelsFolder(),
): { name: string; folder: string } {
  if (!nameOrFolder.includes('/'))
    return { name: nameOrFolder, folder: join(registry, nameOrFolder) };
  const folder = resolve(nameOrFolder);
  return { name: basename(folder), folder };
}

async function describe(name: string, folder: string): Promise<Model> {
  const names = await modelNames(folder);
  if (!names.includes(name)) {
    throw new Problem('model-unknown', `There is no model ${name} in ${folder}.`, {
      action:
        names.length > 0 ? `Choose one of: ${names.join(', ')}.` : 'Put a model folder there.',
      status: 404,
    });
  }
  const text = await readFile(join(folder, name, 'model.json'), 'utf8');
  const parsed = Model.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new Problem('model-invalid', `The model.json of ${name} is not a model's description.`, {
    action: 'Correct the fields named, or restore the folder.',
    errors: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  });
}

/** Undefined, which no schema takes, where the text is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function altered(name: string, what: string, cause?: unknown): Problem {
  return new Problem('model-altered', `The model ${name} cannot be used: ${what}.`, {
    action: `Restore ${name} from where it came (git checkout, download); a model of your own needs its sha256 in model.json.`,
    cause,
  });
}

function wrongTask(name: string, task: string, wanted: string): Problem {
  return new Problem('model-task', `The model ${name} is a ${task}, not a ${wanted}.`, {
    action: `Name a ${wanted}; "maskwatch models list" shows what each model is.`,
  });
}
