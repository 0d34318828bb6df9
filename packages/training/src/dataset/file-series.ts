import { dirname } from 'node:path';
import { stem } from './folder-files.ts';

/** How many of the next pictures of a series each one is compared with. */
const neighbours = 6;
/** What tools and people put behind a name for one more of the same. */
const suffix =
  /(?:[\s_.-]*(?:\(\d+\)|copy|flip(?:ped)?|mirror(?:ed)?|rot(?:ated)?|aug(?:mented)?|crop(?:ped)?|[lr]|\d+))+$/i;
/** Roboflow's exports: several augmented views of one picture, told apart by a hash alone. */
const augmentedExport = /^(.+)\.rf\.[0-9a-f]{8,}$/i;

/**
 * Pairs of files that may be of one series, by their places in `files`: in one folder, with names that
 * are equal but for numbers and words such as copy or flip behind them, and near each other in their
 * order. Certain are views of one picture that a tool exported.
 */
export function* seriesOf(files: readonly string[]): Generator<[number, number, boolean]> {
  const series = new Map<string, number[]>();
  for (const [i, file] of files.entries()) {
    const key = `${dirname(file)}/${stem(file).replace(augmentedExport, '$1').replace(suffix, '')}`;
    const members = series.get(key);
    if (members === undefined) series.set(key, [i]);
    else members.push(i);
  }
  const order = new Intl.Collator('en', { numeric: true });
  for (const members of series.values()) {
    members.sort((a, b) => order.compare(stem(files[a]!), stem(files[b]!)));
    for (const [n, a] of members.entries()) {
      for (const b of members.slice(n + 1, n + 1 + neighbours)) {
        yield [a, b, sameExport(files[a]!, files[b]!)];
      }
    }
  }
}

function sameExport(a: string, b: string): boolean {
  const [one, other] = [augmentedExport.exec(stem(a))?.[1], augmentedExport.exec(stem(b))?.[1]];
  return one !== undefined && one === other;
}
