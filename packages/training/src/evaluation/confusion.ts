import type { JudgedState } from '@maskwatch/contracts/mask-state';
import type { Weights } from './bootstrap.ts';

/** One answer: what a face is labelled and what was said of it, on the picture of that number. */
export interface Answer {
  label: JudgedState;
  said: JudgedState;
  /** Number of its picture: faces of one picture are drawn together. */
  picture: number;
}

/** Counts by label, then by what was said. */
export type Confusion = ReadonlyMap<JudgedState, ReadonlyMap<JudgedState, number>>;

export function confusionOf(answers: readonly Answer[], weights?: Weights): Confusion {
  const counts = new Map<JudgedState, Map<JudgedState, number>>();
  for (const { label, said, picture } of answers) {
    const weight = weights === undefined ? 1 : weights[picture]!;
    if (weight === 0) continue;
    const row = counts.get(label) ?? new Map<JudgedState, number>();
    row.set(said, (row.get(said) ?? 0) + weight);
    counts.set(label, row);
  }
  return counts;
}

/** How many are labelled so, were said to be so, and both. */
export function countsOf(confusion: Confusion, state: JudgedState) {
  let said = 0;
  for (const row of confusion.values()) said += row.get(state) ?? 0;
  const row = confusion.get(state) ?? new Map<JudgedState, number>();
  return { labelled: total(row), said, right: row.get(state) ?? 0 };
}

/** Share of all answers that are right. */
export function accuracyOf(confusion: Confusion): number | undefined {
  let right = 0;
  let all = 0;
  for (const [label, row] of confusion) {
    right += row.get(label) ?? 0;
    all += total(row);
  }
  return share(right, all);
}

/** Mean of the recalls of the labels that occur: a rare state counts as much as a frequent one. */
export function balancedAccuracyOf(confusion: Confusion): number | undefined {
  const recalls = [...confusion].flatMap(([label, row]) => {
    const recall = share(row.get(label) ?? 0, total(row));
    return recall === undefined ? [] : [recall];
  });
  return share(
    recalls.reduce((a, b) => a + b, 0),
    recalls.length,
  );
}

/** Harmonic mean of precision and recall; undefined where the state is neither labelled nor said. */
export function f1Of(confusion: Confusion, state: JudgedState): number | undefined {
  const { labelled, said, right } = countsOf(confusion, state);
  return share(2 * right, labelled + said);
}

export function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

function total(row: ReadonlyMap<JudgedState, number>): number {
  let sum = 0;
  for (const count of row.values()) sum += count;
  return sum;
}
