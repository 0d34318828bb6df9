/**
 * The same pictures of two runs: what one of them skipped is left out of both, because pairs must
 * be pairs. Both keep the order of the data.
 */
export function pairsOf<T extends { file: string }>(
  ours: readonly T[],
  theirs: readonly T[],
): [T[], T[]] {
  const [inOurs, inTheirs] = [ours, theirs].map((some) => new Set(some.map(({ file }) => file)));
  return [
    ours.filter(({ file }) => inTheirs!.has(file)),
    theirs.filter(({ file }) => inOurs!.has(file)),
  ];
}
