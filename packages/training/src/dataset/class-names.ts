import { JudgedState } from '@maskwatch/contracts/mask-state';
import { Problem } from '@maskwatch/platform/problem';

/** What a class of a data set means; faces of an `ignore` class are neither asked for nor punished. */
export type ClassMeaning = JudgedState | 'face' | 'ignore';
export type ClassNames = Readonly<Record<string, ClassMeaning>>;

/** Names that public data sets use, written small, with one underscore between words. */
const known: Record<ClassMeaning, readonly string[]> = {
  mask: ['mask', 'with_mask', 'masked', 'mask_on', 'face_mask', 'correct_mask', 'withmask'],
  no_mask: ['no_mask', 'without_mask', 'unmasked', 'mask_off', 'withoutmask', 'nomask', 'bare'],
  incorrect: [
    ...['incorrect', 'incorrect_mask', 'mask_incorrect', 'with_incorrect_mask', 'wrong_mask'],
    ...['mask_weared_incorrect', 'mask_worn_incorrect', 'mask_worn_incorrectly', 'partial_mask'],
    ...['incorrectly_worn_mask', 'improper_mask', 'wrong'],
  ],
  face: ['face', 'head', 'unknown_face'],
  ignore: ['ignore', 'ignored'],
};

const meanings = Object.keys(known) as ClassMeaning[];
const table = new Map(meanings.flatMap((to) => known[to].map((name) => [name, to] as const)));

const plain = (name: string) =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '_');

/**
 * Reads `with_mask=mask,without_mask=no_mask`. Problem names-invalid where a part is no pair, or
 * its meaning is none of mask, no_mask, incorrect, face, ignore.
 */
export function parseNames(text: string): Record<string, ClassMeaning> {
  const names: Record<string, ClassMeaning> = {};
  for (const part of text.split(',').filter((piece) => piece.trim() !== '')) {
    const at = part.lastIndexOf('=');
    const meaning = meanings.find((one) => one === part.slice(at + 1).trim());
    const name = part.slice(0, Math.max(0, at)).trim();
    if (meaning === undefined || name === '') {
      throw new Problem('names-invalid', `"${part.trim()}" does not say what a class means.`, {
        action: `Write NAME=MEANING, where MEANING is one of ${meanings.join(', ')}: --names with_mask=mask,without_mask=no_mask`,
        status: 400,
      });
    }
    names[name] = meaning;
  }
  return names;
}

/** What a class means: as `names` say, else by its own name; undefined where neither tells. */
export function meaningOf(name: string, names: ClassNames = {}): ClassMeaning | undefined {
  const given = Object.entries(names).find(([own]) => own === name || plain(own) === plain(name));
  return given?.[1] ?? table.get(plain(name));
}

/** For classes that nobody can place: lists them, with an example that names each. */
export function unknownClasses(unknown: readonly string[], where: string): Problem {
  const shown = unknown.slice(0, 12);
  const more = unknown.length > shown.length ? ` and ${unknown.length - shown.length} more` : '';
  const states = ['mask', 'no_mask', ...Array<string>(shown.length).fill('ignore')];
  const example = shown.map((name, i) => `${name}=${states[i]}`).join(',');
  return new Problem(
    'names-unknown',
    `It is not known what ${shown.join(', ')}${more} (${where}) mean${unknown.length === 1 ? 's' : ''}.`,
    {
      action: `Say it with --names, each as one of ${meanings.join(', ')}, for example: --names "${example}"`,
      status: 400,
    },
  );
}

/** A meaning as the label of one face. */
export function faceLabel(meaning: ClassMeaning): { label: JudgedState | 'face'; ignore?: true } {
  return meaning === 'ignore' ? { label: 'face', ignore: true } : { label: meaning };
}

/** The meaning as a state that a whole picture can show. */
export function stateOf(meaning: ClassMeaning | undefined): JudgedState | undefined {
  const state = JudgedState.safeParse(meaning);
  return state.success ? state.data : undefined;
}
