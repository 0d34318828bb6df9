import { seriesOf } from './file-series.ts';
import { correlation, type Fingerprint, hashDistance, mirrored, ones } from './fingerprint.ts';

/** Two pictures are one group when they agree in both, or in the stricter pair. */
const alike = [
  { bits: 8, correlation: 0.9 },
  { bits: 12, correlation: 0.96 },
] as const;
const mostBits = 12;
/**
 * Neighbours of a file-name series need to agree less: pictures of one burst move between two of them.
 * They do need to agree, because many sets number everything: on the name alone all were one group.
 */
const seriesAlike = { bits: 16, correlation: 0.6 };

/** A picture with what is needed to group it. */
export interface Printed {
  /** Path below DATA. */
  file: string;
  print: Fingerprint;
}

/**
 * A number for each picture; pictures of one group have the same. Grouped are equal bytes, near-equal
 * looks, and neighbours of a file-name series that look somewhat alike (mirrored too), each with all
 * that it is grouped with. Compares all pairs of hashes: 10,000 pictures take a second or two.
 */
export function nearDuplicateGroups(pictures: readonly Printed[]): Int32Array {
  const sets = new DisjointSets(pictures.length);
  joinEqualBytes(pictures, sets);
  joinAlike(pictures, sets);
  for (const [a, b, certain] of seriesOf(pictures.map(({ file }) => file))) {
    if (certain || inSeries(pictures[a]!.print, pictures[b]!.print)) sets.join(a, b);
  }
  return sets.numbers();
}

function joinEqualBytes(pictures: readonly Printed[], sets: DisjointSets): void {
  const first = new Map<string, number>();
  for (const [i, { print }] of pictures.entries()) {
    const same = first.get(print.sha256);
    if (same === undefined) first.set(print.sha256, i);
    else sets.join(same, i);
  }
}

function joinAlike(pictures: readonly Printed[], sets: DisjointSets): void {
  const low = Int32Array.from(pictures, ({ print }) => print.hash[0]);
  const high = Int32Array.from(pictures, ({ print }) => print.hash[1]);
  for (let i = 0; i < pictures.length; i += 1) {
    const [a, b] = [low[i]!, high[i]!];
    for (let j = i + 1; j < pictures.length; j += 1) {
      let bits = ones(a ^ low[j]!);
      if (bits > mostBits) continue;
      bits += ones(b ^ high[j]!);
      if (bits > mostBits || sets.joined(i, j)) continue;
      const same = correlation(pictures[i]!.print.thumbnail, pictures[j]!.print.thumbnail);
      if (alike.some((rule) => bits <= rule.bits && same >= rule.correlation)) sets.join(i, j);
    }
  }
}

function inSeries(a: Fingerprint, b: Fingerprint): boolean {
  const near = ({ hash, thumbnail }: Pick<Fingerprint, 'hash' | 'thumbnail'>) =>
    hashDistance(hash, b.hash) <= seriesAlike.bits &&
    correlation(thumbnail, b.thumbnail) >= seriesAlike.correlation;
  return near(a) || near(mirrored(a));
}

/** Union and find with halved paths (Tarjan and van Leeuwen, 1984). */
class DisjointSets {
  readonly #parent: Int32Array;

  constructor(count: number) {
    this.#parent = Int32Array.from({ length: count }, (_, i) => i);
  }

  join(a: number, b: number): void {
    const [one, other] = [this.#root(a), this.#root(b)];
    // The earlier one stands for both, so that numbers do not depend on the order of joins.
    this.#parent[Math.max(one, other)] = Math.min(one, other);
  }

  joined(a: number, b: number): boolean {
    return this.#root(a) === this.#root(b);
  }

  /** From 0 on, in the order of each set's first member. */
  numbers(): Int32Array {
    const numbers = new Map<number, number>();
    return Int32Array.from(this.#parent, (_, i) => {
      const root = this.#root(i);
      const number = numbers.get(root) ?? numbers.size;
      numbers.set(root, number);
      return number;
    });
  }

  #root(of: number): number {
    let at = of;
    while (this.#parent[at] !== at) {
      this.#parent[at] = this.#parent[this.#parent[at]!]!;
      at = this.#parent[at]!;
    }
    return at;
  }
}
