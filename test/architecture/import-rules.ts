import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { type Mention, readModule } from './read-module.ts';
import { findFiles, isTest, roomOf, type SourceFile } from './source-files.ts';

export interface Refusal {
  path: string;
  line: number;
  reason: string;
}

/** Packages that a package may import, besides those of every package (contracts and platform). */
const besides: Record<string, readonly string[]> = {
  'packages/runtime': ['vision'],
  'packages/inference': ['runtime', 'vision'],
  'packages/training': ['runtime', 'vision', 'onnx'],
};

/** Rooms with a shorter list than their kind. */
const only: Record<string, readonly string[]> = {
  'packages/contracts': [],
  'packages/platform': ['contracts'],
  'packages/vision': ['contracts'],
  'packages/tracking': ['contracts'],
  'packages/rules': ['contracts'],
  'services/dashboard': ['contracts', 'vision'],
};

/** Calculation only: what they know of the world is handed to them. */
const pure = new Set(['packages/vision', 'packages/tracking', 'packages/rules']);

/** Sources that a browser loads too. */
const browser = new Set(['packages/contracts', 'packages/vision', 'services/dashboard']);

/** Clocks, timers, sockets and the process, as globals. */
const world = new Set([
  ...['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
  ...['globalThis', 'process', 'fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'Worker'],
]);

const serviceNames = new Set(['ingest', 'inference-worker', 'hub', 'deliveries', 'dashboard']);

/** Why `room` may not import our package or service `target`; undefined when it may. */
function whyNot(room: string, target: string): string | undefined {
  if (!room.startsWith('packages/') && !room.startsWith('services/')) return undefined;
  if (serviceNames.has(target) || target === 'maskwatch') {
    if (room === 'services/maskwatch') return undefined;
    return room.startsWith('packages/')
      ? 'no package knows a service'
      : 'only services/maskwatch imports other services; send a message or move the shared part into a package';
  }
  const list = only[room];
  if (list !== undefined) {
    return list.includes(target)
      ? undefined
      : `${room} imports ${list.length === 0 ? 'nothing of ours' : `only ${list.join(' and ')}`}`;
  }
  if (room.startsWith('services/')) return undefined;
  const allowed = ['contracts', 'platform', ...(besides[room] ?? [])];
  return allowed.includes(target) ? undefined : `${room} imports only ${allowed.join(', ')}`;
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

function refuseRelative(file: SourceFile, specifier: string): string | undefined {
  const room = roomOf(file.path);
  const target = posix.join(posix.dirname(file.path), specifier);
  if (target.startsWith('..')) return `"${specifier}" leaves the repository`;
  const other = roomOf(target);
  if (room === other) return undefined;
  if (other.startsWith('packages/') || other.startsWith('services/')) {
    return `"${specifier}" reaches into ${other} past its exports; import it by its package name`;
  }
  if (room.startsWith('packages/') || room.startsWith('services/')) {
    return `"${specifier}" leaves ${room}: what runs never depends on ${other}`;
  }
  return undefined;
}

function refuseOutside(file: SourceFile, name: string, declared: Set<string>): string | undefined {
  const room = roomOf(file.path);
  if (isBuiltin(name)) {
    if (isTest(file.path) || name.startsWith('#')) return undefined;
    if (pure.has(room)) {
      return `"${name}": ${room} touches no file, socket, timer or clock; hand it the data`;
    }
    return browser.has(room) ? `"${name}": ${room} also runs in the browser` : undefined;
  }
  const wanted = packageOf(name);
  return declared.has(wanted)
    ? undefined
    : `"${wanted}" is no dependency in the package.json of ${room}`;
}

function refuseImport(file: SourceFile, name: string, declared: Set<string>): string | undefined {
  if (name.startsWith('.')) return refuseRelative(file, name);
  const ours = /^@maskwatch\/([^/]+)|^(maskwatch)(?:\/|$)/.exec(name);
  if (ours === null) return refuseOutside(file, name, declared);
  const target = ours[1] ?? 'maskwatch';
  const reason = whyNot(roomOf(file.path), target);
  if (reason !== undefined) return `"${name}": ${reason}`;
  return refuseOutside(file, name, declared);
}

/**
 * What is wrong with the imports of one source, and with what a pure room reads of the world.
 * @param declared names that its package.json allows (see declaredFor)
 */
export function refusalsOf(file: SourceFile, declared: Set<string>): Refusal[] {
  const { imports, names } = readModule(file.path, file.text);
  const refusals: Refusal[] = [];
  const add = (mention: Mention, reason: string | undefined) => {
    if (reason !== undefined) refusals.push({ path: file.path, line: mention.line, reason });
  };
  for (const mention of imports) add(mention, refuseImport(file, mention.name, declared));
  const room = roomOf(file.path);
  if (pure.has(room) && !isTest(file.path)) {
    for (const mention of names.filter(({ name }) => world.has(name))) {
      add(
        mention,
        `${mention.name}: ${room} has no clock, timer or socket of its own; take it as a parameter`,
      );
    }
  }
  return refusals;
}

type Manifest = Partial<
  Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>
>;

function namesIn(root: string, path: string, kinds: (keyof Manifest)[]): string[] {
  const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest;
  return kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {}));
}

/** What a source may import from outside: its room's manifest; tests and scripts see more. */
export function declaredFor(root: string, path: string): Set<string> {
  const room = roomOf(path);
  const all: (keyof Manifest)[] = ['dependencies', 'devDependencies', 'optionalDependencies'];
  if (!room.includes('/') || isTest(path)) {
    const manifests = findFiles(['package.json', '{packages,services}/*/package.json'], root);
    const ours = findFiles(['{packages,services}/*/package.json'], root).map((manifest) => {
      const name = manifest.split('/')[1] ?? '';
      return name === 'maskwatch' ? name : `@maskwatch/${name}`;
    });
    return new Set([...manifests.flatMap((manifest) => namesIn(root, manifest, all)), ...ours]);
  }
  // The page is bundled: what its sources import is built in and needs no run-time entry.
  const kinds = room === 'services/dashboard' ? all : (['dependencies'] as const);
  return new Set(namesIn(root, `${room}/package.json`, [...kinds]));
}
