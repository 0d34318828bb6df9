import { seededRandom, shuffled } from '../features/seeded-random.ts';

/** What is split: each with its class and its group of near-duplicates; a FaceCut fits. */
export interface Splittable {
  label: string;
  group: number;
}

export interface SplitOptions {
  /** For validation, of each class. */
  share?: number;
  seed: number;
}

/** Places of both sides, in their order. */
export interface Split {
  train: number[];
  validation: number[];
}

const usualShare = 0.2;

/**
 * Groups go whole to one side, in an order that the seed decides; each goes to validation as long as
 * this brings the classes there nearer to their share. A class that has several groups and got none
 * there gets its smallest one.
 */
export function splitByGroups(items: readonly Splittable[], options: SplitOptions): Split {
  const groups = groupsOf(items);
  const random = seededRandom(`split ${options.seed}`);
  const wanted = shareOf(items, options.share ?? usualShare);
  const got = new Map<string, number>();
  const chosen = new Set<number>();
  const take = (group: number) => {
    chosen.add(group);
    for (const i of groups.get(group)!) add(got, items[i]!.label, 1);
  };
  for (const group of shuffled([...groups.keys()], random)) {
    const counts = countsOf(groups.get(group)!.map((i) => items[i]!));
    if (nearer(counts, { got, wanted })) take(group);
  }
  for (const label of wanted.keys()) {
    const own = [...groups].filter(([, members]) => items[members[0]!]!.label === label);
    own.sort(([, a], [, b]) => a.length - b.length);
    const [smallest, ...others] = own;
    if ((got.get(label) ?? 0) === 0 && smallest !== undefined && others.length > 0)
      take(smallest[0]);
  }
  return sides(items, (i) => chosen.has(items[i]!.group));
}

/**
 * Picture by picture, whatever looks alike: validation then holds copies of what was learned, and says
 * too much. Shown beside the honest figure, and for nothing else.
 */
export function splitNaively(items: readonly Splittable[], options: SplitOptions): Split {
  const random = seededRandom(`naive split ${options.seed}`);
  const wanted = shareOf(items, options.share ?? usualShare);
  const got = new Map<string, number>();
  const chosen = new Set<number>();
  for (const i of shuffled([...items.keys()], random)) {
    const { label } = items[i]!;
    if ((got.get(label) ?? 0) + 0.5 > wanted.get(label)!) continue;
    chosen.add(i);
    add(got, label, 1);
  }
  return sides(items, (i) => chosen.has(i));
}

function groupsOf(items: readonly Splittable[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const [i, { group }] of items.entries()) {
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [i]);
    else members.push(i);
  }
  return groups;
}

function countsOf(items: readonly Splittable[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { label } of items) add(counts, label, 1);
  return counts;
}

function shareOf(items: readonly Splittable[], share: number): Map<string, number> {
  return new Map([...countsOf(items)].map(([label, count]) => [label, share * count]));
}

/** Is every class of the group still missing at least half of it? */
function nearer(
  counts: ReadonlyMap<string, number>,
  { got, wanted }: { got: ReadonlyMap<string, number>; wanted: ReadonlyMap<string, number> },
): boolean {
  return [...counts].every(([label, count]) => {
    return (got.get(label) ?? 0) + count / 2 <= wanted.get(label)!;
  });
}

function add(counts: Map<string, number>, label: string, more: number): void {
  counts.set(label, (counts.get(label) ?? 0) + more);
}

function sides(items: readonly unknown[], inValidation: (i: number) => boolean): Split {
  const split: Split = { train: [], validation: [] };
  for (const i of items.keys()) (inValidation(i) ? split.validation : split.train).push(i);
  return split;
}
