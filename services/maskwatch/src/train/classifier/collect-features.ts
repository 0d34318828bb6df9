import { Problem } from '@maskwatch/platform/problem';
import type { FaceCut } from '@maskwatch/training/features/face-cut';
import type { FeaturePool, Views } from '@maskwatch/training/features/feature-pool';

/** Asked of the pool at once: its threads are never idle, and its queue stays short. */
const atOnce = 32;

export interface CollectedFeatures {
  cuts: FaceCut[];
  /** float [views, channels] of each cut. */
  rows: Float32Array[];
  skipped: { file: string; reason: string }[];
}

/**
 * Features of every cut, in order; pictures that cannot be read are left out and listed. Problem
 * training-interrupted where the signal comes first: what was computed is in the cache.
 */
export async function collectFeatures(
  pool: FeaturePool,
  cuts: readonly FaceCut[],
  { views, signal, onDone }: { views: Views; signal: AbortSignal; onDone(done: number): void },
): Promise<CollectedFeatures> {
  const rows: (Float32Array | undefined)[] = [];
  const skipped: CollectedFeatures['skipped'] = [];
  let next = 0;
  let done = 0;
  const worker = async () => {
    while (next < cuts.length && !signal.aborted) {
      const n = next;
      next += 1;
      const cut = cuts[n]!;
      try {
        rows[n] = await pool.views(cut, views);
      } catch (thrown) {
        if (!(thrown instanceof Problem) || thrown.code !== 'picture-unreadable') throw thrown;
        skipped.push({ file: cut.picture.file, reason: thrown.message });
      }
      done += 1;
      onDone(done);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (signal.aborted) throw interrupted();
  const kept = cuts.flatMap((cut, n) => (rows[n] === undefined ? [] : [{ cut, row: rows[n] }]));
  return { cuts: kept.map(({ cut }) => cut), rows: kept.map(({ row }) => row), skipped };
}

export function interrupted(): Problem {
  return new Problem('training-interrupted', 'The training was stopped before its first epoch.', {
    action: 'Run it again: features that were computed are kept.',
  });
}
