import { Problem } from '@maskwatch/platform/problem';
import type { Imported } from './imported.ts';
import { pictureFeeds } from './picture-feeds.ts';
import type { Trial } from './run-trial.ts';
import type { TestPictures } from './test-pictures.ts';

export interface SelfTest {
  /** "8 pictures of --pictures" */
  pictures: string;
  /** Largest difference from the original: of probabilities, or a share of each output's range. */
  largestDifference?: number;
  of?: 'probabilities' | "each output's range";
  /** Who ran the original. */
  reader?: string;
  /** Why nobody did. */
  cannot?: string;
}

/** What fp32 differs by between readers is below 1e-4; more is another network. */
const mostDifference = 1e-2;

/**
 * Runs the network as it was imported, and where it can be run here the original, on the same
 * pictures. Problems: import-nonsense where values are not finite, import-differs, those of a trial.
 */
export async function selfTest(
  imported: Imported,
  trial: Trial,
  { what, pictures }: TestPictures,
): Promise<SelfTest> {
  const { model, outputs, compared, original } = imported;
  const ours: Float32Array[][] = [];
  for (const picture of pictures) {
    const found = await trial.run(pictureFeeds(picture, model));
    ours.push(outputs.map((name) => compared.ours(finite(found[name]?.data, name))));
  }
  if ('cannot' in original) return { pictures: what, cannot: original.cannot };
  const theirs = await original.run(pictures, imported.originalReading).catch((thrown: unknown) => {
    if (thrown instanceof Problem && thrown.code === 'import-original') return thrown.message;
    throw thrown;
  });
  if (typeof theirs === 'string')
    return { pictures: what, cannot: `in ${original.reader} ${theirs}` };
  const shares = model.task === 'detector';
  let largest = 0;
  for (const [n, rows] of ours.entries()) {
    for (const [output, values] of rows.entries()) {
      const other = compared.theirs(theirs[n]?.[output] ?? new Float32Array());
      largest = Math.max(largest, differenceOf(values, other, shares ? 'range' : 'value'));
    }
  }
  if (!(largest <= mostDifference)) throw differs(largest, original.reader);
  const of = shares ? "each output's range" : 'probabilities';
  return { pictures: what, largestDifference: largest, of, reader: original.reader };
}

function finite(values: Float32Array | undefined, name: string): Float32Array {
  if (values?.every(Number.isFinite)) return values;
  const what = values === undefined ? 'has no output' : 'gives values that are no numbers in';
  throw new Problem('import-nonsense', `The network ${what} ${name}.`, {
    action: 'Check the scaling (--scale), and that the files belong together.',
    status: 422,
  });
}

/** Infinity where the lengths differ. */
function differenceOf(ours: Float32Array, theirs: Float32Array, as: 'range' | 'value'): number {
  if (ours.length !== theirs.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < theirs.length; n += 1) {
    const value = theirs[n]!;
    if (!Number.isFinite(value)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, Math.abs(value - ours[n]!));
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return as === 'value' ? difference : difference / Math.max(most - least, 1e-6);
}

function differs(largest: number, reader: string): Problem {
  return new Problem(
    'import-differs',
    `The imported network computes something else than the original in ${reader}: they differ by ${largest.toPrecision(2)}.`,
    {
      action: 'This is a fault of the import; nothing was written. Please report the network.',
      status: 422,
    },
  );
}
