/** One row a fault, of all tries so far. */
import type { Fault } from './faults.ts';

export interface Try {
  fault: string;
  seed: number;
  recoveryMs: number;
  lost: string[];
  invented: string[];
  doubled: string[];
  /** Violations that passed while cameras were not judged. */
  unseen: number;
  showings: number;
}

export interface Row {
  fault: string;
  tries: number;
  violations: number;
  lost: number;
  invented: number;
  doubled: number;
  p50Ms: number;
  worstMs: number;
  well: boolean;
}

export function rowsOf(faults: readonly Fault[], tries: readonly Try[]): Row[] {
  return faults.flatMap(({ name, allowedMs }) => {
    const mine = tries.filter(({ fault }) => fault === name);
    if (mine.length === 0) return [];
    const sum = (of: (one: Try) => number) => mine.reduce((total, one) => total + of(one), 0);
    const times = mine.map(({ recoveryMs }) => recoveryMs).sort((a, b) => a - b);
    const row = {
      ...{ fault: name, tries: mine.length, violations: sum(({ showings }) => showings) },
      lost: sum(({ lost }) => lost.length),
      invented: sum(({ invented }) => invented.length),
      doubled: sum(({ doubled }) => doubled.length),
      p50Ms: times[Math.floor((times.length - 1) / 2)]!,
      worstMs: times.at(-1)!,
    };
    const sound = row.lost + row.invented + row.doubled === 0;
    return [{ ...row, well: sound && row.worstMs <= allowedMs }];
  });
}

export function textOf(rows: readonly Row[]): string {
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const lines = rows.map((row) => [
    ...[row.fault, row.tries, row.violations, row.lost, row.invented, row.doubled].map(String),
    ...[seconds(row.p50Ms), seconds(row.worstMs), row.well ? '' : 'NOT WELL'],
  ]);
  const heads = [
    'fault',
    'tries',
    'violations',
    'lost',
    'invented',
    'doubled',
    'p50 s',
    'worst s',
    '',
  ];
  const all = [heads, ...lines];
  const widths = heads.map((_, n) => Math.max(...all.map((line) => line[n]!.length)));
  return all
    .map((line) =>
      line
        .map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
