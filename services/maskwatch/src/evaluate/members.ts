import { dirname } from 'node:path';
import { loadModel } from '@maskwatch/runtime/registry';
import { type Difference, verdictText } from '@maskwatch/training/evaluation/comparison';
import { decimals, rangeText } from '@maskwatch/training/evaluation/figure-text';
import type { Interval } from '@maskwatch/training/evaluation/intervals';
import type { Section } from '@maskwatch/training/report/section';
import type { ModelNames, Subject } from './chosen-models.ts';
import { medianMs, type TimedTask } from './median-time.ts';

/** One line of the table of a combined model. */
export interface MemberFigures {
  name: string;
  task: TimedTask;
  /** AP or accuracies, the same of each member. */
  figures: NamedFigure[];
  /** What one picture costs a detector, one face a classifier. */
  ms: number;
  /** Of all together against this member alone; empty for the combination itself. */
  gains: Difference[];
}

export interface NamedFigure {
  figure: string;
  value?: number | undefined;
  interval?: Interval | undefined;
}

/** Evaluates other models on the same data, and the whole against them. */
export type Measure = (names: ModelNames) => Promise<Pick<MemberFigures, 'figures' | 'gains'>>;

/**
 * Each member alone, not mirrored, and then all together, of every model in `names` that consists
 * of others; empty where none does.
 */
export async function memberFigures(
  subject: Subject,
  names: ModelNames,
  { whole, measure }: { whole: NamedFigure[]; measure: Measure },
): Promise<MemberFigures[]> {
  const tasks = subject === 'pipeline' ? (['detector', 'classifier'] as const) : [subject];
  const rows: MemberFigures[] = [];
  for (const task of tasks) {
    const { members = [] } = await loadModel(names[task]);
    for (const { loaded } of members) {
      const alone = { ...names, [task]: dirname(loaded.path) };
      const measured = await measure(alone);
      rows.push({ name: loaded.model.name, task, ...measured, ms: await medianMs(alone, task) });
    }
    if (members.length === 0) continue;
    const name = `${names[task]}, all together`;
    rows.push({ name, task, figures: whole, gains: [], ms: await medianMs(names, task) });
  }
  return rows;
}

/** Gain and cost beside each other; and whether the gain is one. */
export function membersSections(members: readonly MemberFigures[]): Section[] {
  const names = members[0]!.figures.map(({ figure }) => figure);
  return [
    {
      title: 'Gain and cost of the combination',
      note: 'Each member alone, then all together, on the same pictures. Milliseconds: the middle of 31 runs on one thread.',
      kind: 'table',
      columns: ['', ...names.flatMap((name) => [name, '95 %']), 'ms'],
      rows: members.map(({ name, task, figures, ms }) => [
        name,
        ...figures.flatMap(({ value, interval }) => [decimals(value), rangeText(interval)]),
        `${ms.toFixed(1)} a ${task === 'detector' ? 'picture' : 'face'}`,
      ]),
    },
    differencesSection(
      'All together against each member',
      members.flatMap(({ name, gains }) =>
        gains.map((gain) => ({ ...gain, figure: `${name}, ${gain.figure}` })),
      ),
    ),
  ];
}

/** Two models on the same pictures: each figure, and what the difference comes to. */
export function differencesSection(title: string, differences: readonly Difference[]): Section {
  return {
    title,
    note: 'On the same pictures, drawn anew 1,000 times (paired bootstrap). In brackets or between: 95 %.',
    kind: 'table',
    columns: ['figure', 'this', 'other', 'what it comes to'],
    rows: differences.map((one) => [
      ...[one.figure, decimals(one.value), decimals(one.against)],
      verdictText(one),
    ]),
  };
}
