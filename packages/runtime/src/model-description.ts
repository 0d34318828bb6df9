import { open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ClassifierEnsemble,
  DetectorEnsemble,
  Model,
  type ModelFile,
} from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';

/** A long model.json has some 20 KB. */
const mostBytes = 1_000_000;

/**
 * What a folder's model.json says; undefined where there is none. Problem model-invalid, naming
 * the fields, where it is no description.
 */
export async function readDescription({
  name,
  folder,
}: {
  name: string;
  folder: string;
}): Promise<ModelFile | undefined> {
  const text = await readText(join(folder, 'model.json'));
  if (text === undefined) return undefined;
  const value = parseJson(text);
  const parsed = schemaOf(value).safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Problem('model-invalid', `The model.json of ${name} is not a model's description.`, {
    action: 'Correct the fields named, or restore the folder.',
    errors: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  });
}

/** The one that it means to be, so that a fault is named by its field. */
function schemaOf(value: unknown) {
  if (typeof value !== 'object' || value === null || !('members' in value)) return Model;
  return 'task' in value && value.task === 'detector' ? DetectorEnsemble : ClassifierEnsemble;
}

/** Empty where it is too long for a description. */
async function readText(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const room = Buffer.alloc(mostBytes + 1);
    const { bytesRead } = await file.read(room, 0, room.length, 0);
    return bytesRead > mostBytes ? '' : room.toString('utf8', 0, bytesRead);
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

/** Undefined, which no schema takes, where the text is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
