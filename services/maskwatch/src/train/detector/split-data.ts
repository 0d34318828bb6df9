import type { DataPicture } from '@maskwatch/training/dataset/dataset';
import { nearDuplicateGroups } from '@maskwatch/training/dataset/near-duplicates';
import { splitByGroups } from '@maskwatch/training/dataset/split';
import type { PreparedPicture } from '@maskwatch/training/detector/prepare-pictures';

export interface DetectorSplit {
  training: PreparedPicture[];
  validation: PreparedPicture[];
  /** Pictures that look alike, or are of one series, are one; absent where nothing was parted. */
  groups?: number;
}

/**
 * Four fifths to learn from, the rest to measure on, groups of near-duplicates whole and every kind of
 * picture on both sides; or, where `own` holds pictures of a data set for validation, those.
 */
export function splitForDetector(
  prepared: readonly PreparedPicture[],
  { own, seed }: { own?: ReadonlySet<DataPicture> | undefined; seed: number },
): DetectorSplit {
  if (own !== undefined) {
    return {
      training: prepared.filter(({ picture }) => !own.has(picture)),
      validation: prepared.filter(({ picture }) => own.has(picture)),
    };
  }
  const groups = nearDuplicateGroups(
    prepared.map(({ picture, print }) => ({ file: picture.file, print })),
  );
  const kinds = kindsOf(prepared);
  const items = prepared.map((_, n) => ({ label: kinds[n]!, group: groups[n]! }));
  const { train, validation } = splitByGroups(items, { seed });
  return {
    training: train.map((n) => prepared[n]!),
    validation: validation.map((n) => prepared[n]!),
    groups: new Set(groups).size,
  };
}

/** A picture is of the rarest class that it shows, so that rare ones are on both sides. */
function kindsOf(prepared: readonly PreparedPicture[]): string[] {
  const classes = prepared.map(({ line }) => [...new Set(line.boxes.map((box) => box[4]))]);
  const counts = new Map<number, number>();
  for (const shown of classes.flat()) counts.set(shown, (counts.get(shown) ?? 0) + 1);
  return classes.map((shown) => {
    const [rarest] = [...shown].sort((a, b) => counts.get(a)! - counts.get(b)!);
    return rarest === undefined ? 'no face' : `class ${rarest}`;
  });
}
