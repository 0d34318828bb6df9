import { messageOf, Problem } from '@maskwatch/platform/problem';
import { type Part, Tallies, type Tally } from './parts.ts';
import { ofManyProcesses, type Table } from './tables.ts';

/** A store, or a file of one, that can be read whole as it was at one instant. */
export interface Source {
  read<T>(work: (parts: AsyncIterable<Part>) => Promise<T>): Promise<T>;
}

/** An empty store that is open for being filled: nothing of it is kept before `fill` has ended. */
export interface Filling {
  /** False for a table that this kind of store does not have. */
  has(table: Table): boolean;
  insert(part: Part): Promise<void>;
  /** All that was inserted, as it stands there now. */
  inserted(tables: readonly Table[]): AsyncIterable<Part>;
}

export interface Target {
  /**
   * All of `work` is kept, or nothing where it rejects or the process ends.
   * Problem `store-not-empty`.
   */
  fill<T>(work: (filling: Filling) => Promise<T>): Promise<T>;
}

export interface TableReport extends Tally {
  table: string;
  /** False where the target has no such table. */
  kept: boolean;
}

export interface TransferReport {
  tables: TableReport[];
  /** Rows of evidence whose picture was gone already where it was read. */
  picturesMissing: number;
}

/**
 * Brings all of one store into another, empty one. The rows are read again from there, within the same
 * transaction: it is committed only where count and hash of every table are equal on both sides.
 * Problems: `store-not-empty`, `copy-differs`, and what either side says.
 */
export function transfer(source: Source, target: Target): Promise<TransferReport> {
  return source.read((parts) => target.fill((filling) => fillAndCompare(parts, filling)));
}

async function fillAndCompare(
  parts: AsyncIterable<Part>,
  filling: Filling,
): Promise<TransferReport> {
  const read = new Tallies();
  const kept = new Map<string, Table>();
  for await (const part of parts) {
    read.add(part);
    if (!filling.has(part.table)) continue;
    kept.set(part.table.name, part.table);
    if (part.rows.length > 0) await filling.insert(part);
  }
  const written = new Tallies();
  for await (const part of filling.inserted([...kept.values()])) written.add(part);
  const tallies = read.finish();
  compare(tallies, { written: written.finish(), kept });
  return reportOf(tallies, (name) => kept.has(name));
}

function compare(
  read: ReadonlyMap<string, Tally>,
  { written, kept }: { written: ReadonlyMap<string, Tally>; kept: ReadonlyMap<string, Table> },
): void {
  const errors = [...kept.keys()]
    .map((path) => ({ path, there: written.get(path), here: read.get(path)! }))
    .filter(({ there, here }) => there?.rows !== here.rows || there.sha256 !== here.sha256)
    .map(({ path, there, here }) => ({
      path,
      message: `${here.rows} rows, sha256 ${here.sha256}; there ${there?.rows ?? 0}, ${there?.sha256 ?? 'none'}`,
    }));
  if (errors.length === 0) return;
  throw new Problem('copy-differs', 'What stands in the target is not what was read.', {
    ...{ errors, action: 'Nothing was kept. Stop whatever else writes to the target; try again.' },
  });
}

/** What a person is shown of a backup, a restore or a copy. */
export function reportOf(
  tallies: ReadonlyMap<string, Tally>,
  isKept: (table: string) => boolean = () => true,
): TransferReport {
  const rows = (name: string) => tallies.get(name)?.rows ?? 0;
  return {
    tables: [...tallies].map(([table, tally]) => ({ table, ...tally, kept: isKept(table) })),
    picturesMissing: rows('evidence') - rows('evidence_files'),
  };
}

/** Throws `store-not-empty`, given how many rows each table has and where the counters stand. */
export function refuseFilled(counts: Readonly<Record<string, number>>, place: string): void {
  const filled = Object.entries(counts).filter(([, count]) => count > 0);
  if (filled.length === 0) return;
  const leads = filled.some(([name]) => ofManyProcesses.has(name));
  throw new Problem(
    'store-not-empty',
    `The store ${place} is not empty: ${filled.map(([name, count]) => `${name} ${count}`).join(', ')}.`,
    {
      status: 409,
      action: `Name an empty one: a new database or a new folder.${leads ? ' A hub was already started on this one.' : ''}`,
    },
  );
}

/** What the schema of the target does not take: a row without the one it points to, one that is twice. */
export function rowsRefused(table: string, cause: unknown): Problem {
  return new Problem('rows-refused', `Rows of ${table} do not fit (${messageOf(cause)}).`, {
    ...{ status: 409, cause, action: 'Nothing was kept. Take another backup, or copy once more.' },
  });
}
