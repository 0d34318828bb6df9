import { Config } from '@maskwatch/contracts/config';
import { z } from 'zod';
import type { Path } from './config-document.ts';
import { nearestWord } from './nearest-word.ts';

export interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
  required?: string[];
  [keyword: string]: unknown;
}

/** What may be written, as a JSON schema: for editors, and for naming the keys that are known. */
export function configSchema(): SchemaNode {
  return z.toJSONSchema(Config, { io: 'input', target: 'draft-2020-12' }) as SchemaNode;
}

function nodeAt(path: Path): SchemaNode | undefined {
  let node: SchemaNode | undefined = configSchema();
  for (const part of path) {
    node = typeof part === 'number' ? node?.items : node?.properties?.[part];
  }
  return node;
}

/** Names of the keys that may stand in the object at `path`. */
export function knownKeys(path: Path): string[] {
  return Object.keys(nodeAt(path)?.properties ?? {});
}

function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) => (value as Record<string | number, unknown> | undefined)?.[part],
    tree,
  );
}

function unknownKey(path: Path, key: string): string {
  const known = knownKeys(path);
  const meant = nearestWord(key, known);
  const hint = meant === undefined ? '' : `, did you mean "${meant}"?`;
  return `unknown key${hint} (known here: ${known.join(', ')})`;
}

function wrongValue(values: readonly unknown[], given: unknown): string {
  const meant = nearestWord(String(given), values.map(String));
  const hint = meant === undefined ? '' : `, did you mean "${meant}"?`;
  return `must be one of: ${values.join(', ')}${hint}`;
}

const kindNames: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section of keys',
  tuple: 'a point [x, y]',
};

function wrongType(expected: string, given: unknown, path: Path): string {
  if (given === undefined) return 'is missing';
  const must = `must be ${kindNames[expected] ?? expected}`;
  if (given === null) return `${must}, and nothing stands here`;
  if (expected !== 'string' || (typeof given !== 'number' && typeof given !== 'boolean'))
    return must;
  // Durations and sizes are the texts that have a form and a default.
  const { pattern, default: usual } = nodeAt(path) ?? {};
  if (pattern !== undefined && usual !== undefined) return `needs its unit, for example ${usual}`;
  return `${must}: put it in quotes`;
}

function sentence(issue: z.core.$ZodIssue, given: unknown, path: Path): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, given, path);
    case 'invalid_value':
      return wrongValue(issue.values, given);
    case 'too_small':
      if (given === '') return 'is empty';
      return `must be at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_format':
      return issue.format === 'url'
        ? 'must be a whole address: http://HOST/ or https://HOST/'
        : issue.message;
    case 'invalid_union':
      return 'must be a network, for example 192.168.0.0/16 or fd00::/8';
    default:
      return issue.message;
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' || origin === 'tuple' ? ' of them' : '';
}

/** The issues of one validation as sentences, one a key. */
export function schemaFaults(
  issues: readonly z.core.$ZodIssue[],
  tree: unknown,
): { path: Path; message: string }[] {
  return issues.flatMap((issue) => {
    const path = issue.path as (string | number)[];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(path, key) }));
    }
    return [{ path, message: sentence(issue, valueAt(tree, path), path) }];
  });
}
