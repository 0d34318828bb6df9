import type { JudgedState } from '@maskwatch/contracts/mask-state';
import type { FaceCut } from '@maskwatch/training/features/face-cut';
import type { DataCounts } from './card.ts';

/** Faces to learn from, and which of them are kept for validation. */
export interface LearningData {
  classes: JudgedState[];
  cuts: FaceCut[];
  /** Of each cut. */
  labels: JudgedState[];
  /** float [views, channels] of each cut. */
  rows: Float32Array[];
  channels: number;
  /** Numbers of cuts. */
  training: number[];
  validation: number[];
  /** What was left out, each with its reason. */
  skipped: { file: string; reason: string }[];
}

export function countsOf({
  classes,
  cuts,
  training,
  validation,
  skipped,
}: LearningData): DataCounts {
  const byClass = (numbers: readonly number[]) =>
    Object.fromEntries(
      classes.map((state) => [state, numbers.filter((n) => cuts[n]!.label === state).length]),
    );
  const from = { label: 0, detector: 0, picture: 0 };
  for (const cut of cuts) from[cut.from] += 1;
  return {
    ...{ classes, from, skipped: skipped.length },
    ...{ training: byClass(training), validation: byClass(validation) },
    groups: new Set(cuts.map(({ group }) => group)).size,
  };
}
