import { createHash, type Hash } from 'node:crypto';
import type { Table } from './tables.ts';

export type Value = string | number | null | Uint8Array;
/** Values in the order of the table's columns. */
export type Row = readonly Value[];

/** Some rows of one table, in its order. A table without rows is one empty part. */
export interface Part {
  table: Table;
  rows: readonly Row[];
}

/** How many rows a table has, and the SHA-256 of all of them in their order. */
export interface Tally {
  rows: number;
  sha256: string;
}

/** Tallies of the tables that went through it. */
export class Tallies {
  readonly #open = new Map<string, { rows: number; hash: Hash }>();
  #finished: Map<string, Tally> | undefined;

  add({ table, rows }: Part): void {
    const tally = this.#open.get(table.name) ?? { rows: 0, hash: createHash('sha256') };
    this.#open.set(table.name, tally);
    for (const row of rows) tally.hash.update(`${JSON.stringify(row.map(hashed))}\n`);
    tally.rows += rows.length;
  }

  /** By the name of the table. Nothing can be added afterwards. */
  finish(): Map<string, Tally> {
    this.#finished ??= new Map(
      [...this.#open].map(([name, { rows, hash }]) => [name, { rows, sha256: hash.digest('hex') }]),
    );
    return this.#finished;
  }
}

function hashed(value: Value): unknown {
  if (!(value instanceof Uint8Array)) return value;
  return [value.length, createHash('sha256').update(value).digest('hex')];
}

/** The same parts, each counted on its way. */
export async function* tallied(
  parts: AsyncIterable<Part>,
  tallies: Tallies,
): AsyncGenerator<Part, void> {
  for await (const part of parts) {
    tallies.add(part);
    yield part;
  }
}
