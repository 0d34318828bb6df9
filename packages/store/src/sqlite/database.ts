import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { freeBytes } from './file-system.ts';

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
const resultCode = {
  ...{ busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 },
} as const;

function primaryCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown)) return undefined;
  // Extended codes carry the primary one in their low byte.
  return Number(thrown.errcode) & 0xff;
}

export function isDamage(thrown: unknown): boolean {
  const code = primaryCode(thrown);
  return code === resultCode.corrupt || code === resultCode.notADatabase;
}

/** A row that a constraint (19) or a column's type (20) does not take. */
export function isRefused(thrown: unknown): boolean {
  const code = primaryCode(thrown);
  return code === 19 || code === 20;
}

/** Where the index of the log finds no room, SQLite speaks of an input or output error. */
function hasRoom(path: string): boolean {
  return freeBytes(dirname(path)) >= 65_536;
}

/** A `store-full`, `store-damaged`, `store-busy` or `store-unreadable` Problem where it is one. */
export function toProblem(thrown: unknown, path: string): unknown {
  const code = primaryCode(thrown);
  const cause = { cause: thrown };
  if (code === resultCode.full || (code === resultCode.ioError && !hasRoom(path))) {
    return new Problem('store-full', `The disk of ${path} is full.`, {
      ...cause,
      status: 503,
      action: 'Free room on this disk; what was waiting goes on by itself.',
    });
  }
  if (isDamage(thrown)) {
    return new Problem('store-damaged', `The database ${path} is damaged.`, {
      ...cause,
      action: 'Stop the service and restore a backup, or move the file away to start empty.',
    });
  }
  if (code === resultCode.busy) {
    return new Problem('store-busy', `Another process keeps the database ${path} locked.`, {
      ...cause,
      status: 503,
      action: 'Make sure that only one service uses this data directory.',
    });
  }
  if (code === resultCode.readOnly || code === resultCode.cannotOpen) {
    return new Problem(
      'store-unreadable',
      `The database ${path} cannot be opened for writing, which reading it needs, too.`,
      { ...cause, action: 'Use the rights of the service, or copy the file to where it can be.' },
    );
  }
  if (code === resultCode.ioError) {
    return new Problem(
      'store-unreadable',
      `The disk of ${path} failed to read or write (${messageOf(thrown)}).`,
      { ...cause, status: 503, action: 'Look at the disk and at the kernel log (dmesg).' },
    );
  }
  return thrown;
}

/** One connection, with every failure told as a Problem and every change in a transaction. */
export class Database {
  readonly path: string;
  readonly connection: DatabaseSync;

  constructor(path: string) {
    this.path = path;
    this.connection = new DatabaseSync(path, {
      timeout: 5000,
      enableForeignKeyConstraints: true,
      allowExtension: false,
    });
  }

  read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toProblem(error, this.path);
    }
  }

  /** All of `work` is on disk when this returns, or none of it. */
  write<T>(work: () => T): T {
    try {
      this.connection.exec('BEGIN IMMEDIATE');
      const result = work();
      this.connection.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite itself may have rolled back already, for example on a full disk.
      if (this.connection.isTransaction) this.connection.exec('ROLLBACK');
      throw toProblem(error, this.path);
    }
  }

  statement<Row>(sql: string): Statement<Row> {
    return new Statement<Row>(this.connection, sql);
  }
}

export type Parameters = Record<string, SQLInputValue | undefined>;

/** A prepared statement with named parameters; what is undefined is bound as NULL. */
export class Statement<Row> {
  readonly #prepared;

  constructor(connection: DatabaseSync, sql: string) {
    this.#prepared = connection.prepare(sql);
  }

  all(parameters: Parameters = {}): Row[] {
    return this.#prepared.all(bound(parameters)) as unknown as Row[];
  }

  get(parameters: Parameters = {}): Row | undefined {
    return this.#prepared.get(bound(parameters)) as unknown as Row | undefined;
  }

  /** How many rows changed. */
  run(parameters: Parameters = {}): number {
    return Number(this.#prepared.run(bound(parameters)).changes);
  }
}

function bound(parameters: Parameters): Record<string, SQLInputValue> {
  return Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, value ?? null]));
}
