import { readFile, stat } from 'node:fs/promises';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import type { DetectorClass } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import { type ClassNames, meaningOf, parseNames } from '@maskwatch/training/dataset/class-names';

const mostNames = 1000;
const mostBytes = 64 * 1024;
const meanings = 'mask, no_mask, incorrect, face, ignore';

/** `--names`: a file with a class a line, or a list with commas; in the network's own order. */
export async function readNames(text: string): Promise<string[]> {
  const found = await stat(text).catch(() => undefined);
  if (found !== undefined && found.size > mostBytes) {
    throw problem(`${text} has ${found.size} bytes; a file of names has a class a line`);
  }
  const list = found?.isFile() ? (await readFile(text, 'utf8')).split('\n') : text.split(',');
  const names = list.map((name) => name.trim()).filter((name) => name !== '');
  if (names.length === 0 || names.length > mostNames) {
    throw problem(`--names ${text.slice(0, 80)} names ${names.length} classes`);
  }
  return names;
}

/** `--map person=ignore,with_mask=mask` */
export function readMap(text: string): ClassNames {
  try {
    return parseNames(text);
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    const { code, message, action = '', status } = thrown;
    throw new Problem(code, message, { action: action.replaceAll('--names', '--map'), status });
  }
}

/**
 * What each class of a network means: as the map says, else by its own name. Problem names-unknown
 * lists the classes that neither tells, with an example of `--map`.
 */
function meaningsOf(names: readonly string[], map: ClassNames): DetectorClass[] {
  const found = names.map((name) => meaningOf(name, map));
  const unknown = names.filter((_, n) => found[n] === undefined);
  if (unknown.length === 0) return found as DetectorClass[];
  const shown = unknown.slice(0, 12);
  const more = unknown.length > shown.length ? ` and ${unknown.length - shown.length} more` : '';
  // States that no other class has yet, so that the example could be meant.
  const free = ['mask', 'no_mask'].filter((state) => !found.includes(state as DetectorClass));
  const example = shown.map((name, n) => `${name}=${free[n] ?? 'ignore'}`).join(',');
  throw new Problem(
    'names-unknown',
    `What these classes mean is not known: ${shown.join(', ')}${more}.`,
    { action: `Say it with --map, each as one of ${meanings}: --map "${example}"`, status: 400 },
  );
}

/**
 * Of a detector: faces whose state a classifier judges, or at least two states, since one alone can
 * never be doubted. Problem import-names.
 */
export function detectorMeanings(names: readonly string[], map: ClassNames): DetectorClass[] {
  const found = meaningsOf(names, map);
  const states = new Set(found.filter((meaning) => meaning !== 'face' && meaning !== 'ignore'));
  if (states.size === 1) {
    throw problem(
      `${[...states][0]} alone is no judgement; map it to face, or name a second state`,
    );
  }
  if (found.every((meaning) => meaning === 'ignore')) throw problem('all of them are ignored');
  return found;
}

/** Of a classifier: two or three states, each once. */
export function statesOf(names: readonly string[], map: ClassNames): JudgedState[] {
  const states = meaningsOf(names, map);
  for (const [n, state] of states.entries()) {
    if (state === 'face' || state === 'ignore') {
      throw problem(`a classifier judges mask states only, and ${names[n]} means ${state}`);
    }
    const first = states.indexOf(state);
    if (first !== n) throw problem(`${names[first]} and ${names[n]} both mean ${state}`);
  }
  if (states.length < 2) throw problem('a classifier tells two or three states apart');
  return states as JudgedState[];
}

/** The names must be as many as the network's classes. */
export function checkCount(names: readonly string[] | undefined, classes: number): string[] {
  if (names === undefined) {
    throw problem(`the network has ${classes} classes, and --names is not there`);
  }
  if (names.length === classes) return [...names];
  const list = names.slice(0, 12).join(', ');
  throw problem(`the network has ${classes} classes, and --names has ${names.length} (${list})`);
}

function problem(what: string): Problem {
  return new Problem('import-names', `The classes do not fit: ${what}.`, {
    action: `Give --names with one name a class, in the network's order; --map says what they mean (${meanings}).`,
    status: 400,
  });
}
