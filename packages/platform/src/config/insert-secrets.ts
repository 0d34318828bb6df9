import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf } from '../problem.ts';
import type { ConfigDocument, Fault, Path } from './config-document.ts';

export interface SecretSources {
  environment: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here: the folder of the config. */
  folder: string;
}

export interface Inserted {
  tree: unknown;
  faults: Fault[];
  /** Paths whose text came from a variable: they are text even where a number is asked for. */
  fromEnvironment: Path[];
  /** Paths whose value could not be had: nothing more is to be said of them. */
  unsettled: Path[];
}

const variable = /\$(\$?)\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const fileKeys: Record<string, string> = {
  passwordFile: 'password',
  tokenFile: 'token',
  secretFile: 'secret',
};

/**
 * Puts `${NAME}` and the contents of passwordFile, tokenFile and secretFile where they belong;
 * "$${NAME}" stays as the text "${NAME}". What is missing is a fault, never an empty password.
 */
export function insertSecrets(document: ConfigDocument, sources: SecretSources): Inserted {
  const faults: Fault[] = [];
  const fromEnvironment: Path[] = [];
  const unsettled: Path[] = [];
  const fault = (path: Path, message: string) =>
    faults.push({ path, line: document.lineOf(path), message });

  const text = (value: string, path: Path): string =>
    value.replace(variable, (whole, escaped: string, name: string) => {
      if (escaped !== '') return whole.slice(1);
      fromEnvironment.push(path);
      const found = sources.environment[name];
      if (found !== undefined) return found;
      unsettled.push(path);
      fault(path, `the environment variable ${name} is not set; set it, or write the value here`);
      return '';
    });

  const fileContent = (file: string, path: Path): string | undefined => {
    try {
      return readFileSync(resolve(sources.folder, file), 'utf8').replace(/\r?\n$/, '');
    } catch (thrown) {
      fault(path, `cannot be read: ${messageOf(thrown)}`);
      return undefined;
    }
  };

  const record = (value: object, path: Path): unknown => {
    const entries = Object.entries(value).map(([key, child]) => [
      key,
      insert(child, [...path, key]),
    ]);
    const result = Object.fromEntries(entries) as Record<string, unknown>;
    for (const [fileKey, key] of Object.entries(fileKeys)) {
      const file = result[fileKey];
      if (typeof file !== 'string' || file === '') continue;
      if (result[key] !== undefined)
        fault([...path, fileKey], `${key} is given, too: leave one out`);
      else result[key] = fileContent(file, [...path, fileKey]);
      if (result[key] === undefined) unsettled.push([...path, key]);
      delete result[fileKey];
    }
    return result;
  };

  const insert = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') return text(value, path);
    if (Array.isArray(value)) return value.map((child, index) => insert(child, [...path, index]));
    return typeof value === 'object' && value !== null ? record(value, path) : value;
  };

  return { tree: insert(document.tree, []), faults, fromEnvironment, unsettled };
}
