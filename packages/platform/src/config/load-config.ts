/**
 * Reads the config: YAML, then secrets, then the schema, then what no single key can know. All
 * faults come at once, each with its line. What comes out is complete: defaults filled in,
 * durations in milliseconds, sizes in bytes, paths of films absolute.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { sourceKind, takeCredentials } from '@maskwatch/contracts/camera-source';
import { type CameraConfig, Config } from '@maskwatch/contracts/config';
import { messageOf, Problem } from '../problem.ts';
import { ConfigDocument, type Fault, type Path, pathText } from './config-document.ts';
import { crossFaults } from './cross-checks.ts';
import { insertSecrets } from './insert-secrets.ts';
import { schemaFaults } from './schema-faults.ts';

export interface LoadOptions {
  environment?: Readonly<Record<string, string | undefined>>;
}

/** Problems: `config-missing`, `config-invalid` (its errors: path, and line with what is wrong). */
export function loadConfig(file: string, options: LoadOptions = {}): Config {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Problem('config-missing', `The config ${file} cannot be read: ${messageOf(cause)}.`, {
      action: 'Name another one with --config, or copy config/maskwatch.yaml and edit it.',
      status: 400,
      cause,
    });
  }
  return parseConfig(text, { ...options, file });
}

/**
 * The same for a text that was read already; `file` names it, and films and models that are named
 * by a path are sought beside it.
 */
export function parseConfig(text: string, options: LoadOptions & { file: string }): Config {
  const { file, environment = process.env } = options;
  const folder = dirname(resolve(file));
  const document = new ConfigDocument(text);
  const inserted = insertSecrets(document, { environment, folder });
  const asNumbers = numbersFromEnvironment(inserted.tree, inserted.fromEnvironment);
  const parsed = Config.safeParse(asNumbers);
  const settled = ({ path }: { path: Path }) =>
    !inserted.unsettled.some((other) => pathText(other) === pathText(path));
  const others = [
    ...(parsed.success ? [] : schemaFaults(parsed.error.issues, asNumbers)),
    ...crossFaults(asNumbers, folder),
  ].filter(settled);
  const faults = [
    ...document.faults,
    ...inserted.faults,
    ...others.map((fault) => ({ ...fault, line: document.lineOf(fault.path) })),
  ];
  if (document.faults.length > 0) throw invalid(file, document.faults);
  if (faults.length > 0 || !parsed.success) throw invalid(file, faults);
  const cameras = parsed.data.cameras.map((camera) => settledCamera(camera, folder));
  return { ...parsed.data, cameras, models: settledModels(parsed.data.models, folder) };
}

function invalid(file: string, faults: Fault[]): Problem {
  const sorted = [...faults].sort((a, b) => a.line - b.line);
  const count = sorted.length === 1 ? 'one fault' : `${sorted.length} faults`;
  return new Problem('config-invalid', `The config ${file} has ${count}.`, {
    action: 'Correct what is named; docs/configuration.md lists every key.',
    status: 400,
    errors: sorted.map(({ path, line, message }) => ({
      path: pathText(path),
      message: `line ${line}: ${message}`,
    })),
  });
}

/** A variable is text, and stays text where text is asked for; where a number is, it is read as one. */
function numbersFromEnvironment(tree: unknown, fromEnvironment: readonly Path[]): unknown {
  const issues = fromEnvironment.length === 0 ? [] : (Config.safeParse(tree).error?.issues ?? []);
  for (const issue of issues) {
    if (issue.code !== 'invalid_type') continue;
    const at = fromEnvironment.find((path) => pathText(path) === pathText(issue.path as Path));
    const parent = at?.slice(0, -1).reduce<unknown>((value, part) => child(value, part), tree);
    const key = at?.at(-1);
    if (key === undefined) continue;
    const text = String(child(parent, key));
    const value = issue.expected === 'boolean' ? { true: true, false: false }[text] : Number(text);
    if (text.trim() === '' || value === undefined || Number.isNaN(value)) continue;
    (parent as Record<string | number, unknown>)[key] = value;
  }
  return tree;
}

function child(value: unknown, key: string | number): unknown {
  return (value as Record<string | number, unknown> | undefined)?.[key];
}

/** A model with a slash in its name is a folder, any other one of the registry. */
function settledModels({ detector, classifier }: Config['models'], folder: string) {
  const settled = (name: string) => (name.includes('/') ? resolve(folder, name) : name);
  return { detector: settled(detector), classifier: settled(classifier) };
}

/** Credentials apart from the address, the path of a film from the root of the disk. */
function settledCamera(camera: CameraConfig, folder: string): CameraConfig {
  if (sourceKind(camera.source) === 'file') {
    return { ...camera, source: resolve(folder, camera.source) };
  }
  const { source, ...inside } = takeCredentials(camera.source);
  const apart = camera.user !== undefined || camera.password !== undefined;
  return { ...camera, ...(apart ? {} : inside), source };
}
