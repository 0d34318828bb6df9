/** A data directory (the database and the folder of evidence) as a source, and as a target. */
import { dirname, join } from 'node:path';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import type { Part, Row } from '../backup/parts.ts';
import { isPictures, ofManyProcesses, type Table, tables } from '../backup/tables.ts';
import {
  type Filling,
  refuseFilled,
  rowsRefused,
  type Source,
  type Target,
} from '../backup/transfer.ts';
import { EvidenceFolder } from '../evidence-folder.ts';
import { type Migrated, requireNewest } from '../schema.ts';
import { type Database, isRefused, toProblem } from './database.ts';
import { migrate, migrations, schemaVersion } from './migrations.ts';
import { databaseIn, openDatabase, openExisting } from './open-database.ts';

/** Of a whole store; the leases of many processes are none of it. */
const ours = tables.filter(({ name }) => !ofManyProcesses.has(name));

/** 256 MB: rows come in the order of their ids, and go to all places of the other indexes. */
const cacheKib = 256 * 1024;

/**
 * Nobody else has the file open meanwhile: `store-busy` while its service runs, and a service that
 * starts is refused. Further Problems: `store-absent`, `store-older`, `store-newer`, `store-damaged`.
 * @param path of the database; the pictures are in the folder `evidence` beside it
 */
export function sqliteSource(path: string): Source {
  return {
    async read(work) {
      const known = { known: migrations.length, place: path, option: '--data-dir FOLDER' };
      const { database } = openExisting(path, ({ connection }) =>
        requireNewest(schemaVersion(connection), known),
      );
      try {
        return await work(partsOf(database, evidenceOf(path), ours));
      } catch (fault) {
        throw toProblem(fault, path);
      } finally {
        database.connection.close();
      }
    },
  };
}

/** Made where it is absent. The rows are one transaction; pictures without them are taken away. */
export function sqliteTarget(directory: string): Target {
  return {
    async fill(work) {
      const database = openDatabase(directory);
      const { connection, path } = database;
      const filling = new FolderFilling(database, evidenceOf(path));
      try {
        connection.exec(`PRAGMA cache_size = -${cacheKib}; BEGIN IMMEDIATE`);
        refuseFilled(countsOf(database), path);
        connection.exec('DELETE FROM counters');
        const result = await work(filling);
        connection.exec('COMMIT');
        return result;
      } catch (fault) {
        if (connection.isTransaction) connection.exec('ROLLBACK');
        await filling.removePictures();
        throw toProblem(fault, path);
      } finally {
        connection.close();
      }
    },
  };
}

/** Brings the schema to the newest version. Throws as `openExisting` does. */
export function migrateSqlite(path: string): Migrated {
  const { database, prepared } = openExisting(path, ({ connection }) => migrate(connection));
  database.connection.close();
  return prepared;
}

export { databaseIn };

const evidenceOf = (path: string) => new EvidenceFolder(join(dirname(path), 'evidence'));

async function* partsOf(
  database: Database,
  folder: EvidenceFolder,
  wanted: readonly Table[],
): AsyncGenerator<Part, void> {
  for (const table of wanted) {
    const rows = isPictures(table) ? pictureRows(database, folder) : tableRows(database, table);
    let batch: Row[] = [];
    for await (const row of rows) {
      batch.push(row);
      if (batch.length < table.batch) continue;
      yield { table, rows: batch };
      batch = [];
    }
    yield { table, rows: batch };
  }
}

function tableRows({ connection }: Database, { name, columns, order }: Table): Iterable<Row> {
  const sql = `SELECT ${Object.keys(columns)} FROM ${name} ORDER BY ${order}`;
  const statement = connection.prepare(sql);
  statement.setReturnArrays(true);
  return statement.iterate() as unknown as Iterable<Row>;
}

/** A picture that is gone is passed over: the retention removes files before their rows. */
async function* pictureRows({ connection }: Database, folder: EvidenceFolder) {
  const statement = connection.prepare('SELECT DISTINCT path FROM evidence ORDER BY path');
  for (const { path } of statement.iterate() as Iterable<{ path: string }>) {
    const jpeg = await folder.read(path).catch((fault: NodeJS.ErrnoException) => {
      if (fault.code === 'ENOENT') return undefined;
      throw new Problem(
        'evidence-unreadable',
        `The picture ${path} cannot be read (${messageOf(fault)}).`,
        { cause: fault, action: `Look at the folder ${folder.directory}.` },
      );
    });
    if (jpeg !== undefined) yield [path, jpeg] satisfies Row;
  }
}

function countsOf({ connection }: Database): Record<string, number> {
  const counts = ours
    .filter((table) => !isPictures(table))
    .map(({ name }) =>
      name === 'counters'
        ? '(SELECT total(value) FROM counters) AS counters'
        : `(SELECT count(*) FROM ${name}) AS ${name}`,
    );
  return { ...(connection.prepare(`SELECT ${counts}`).get() as Record<string, number>) };
}

/** Within one transaction; pictures are written as they come. */
class FolderFilling implements Filling {
  readonly #database: Database;
  readonly #folder: EvidenceFolder;
  readonly #written: string[] = [];

  constructor(database: Database, folder: EvidenceFolder) {
    this.#database = database;
    this.#folder = folder;
  }

  has(table: Table): boolean {
    return !ofManyProcesses.has(table.name);
  }

  async insert({ table, rows }: Part): Promise<void> {
    if (isPictures(table)) return this.#writePictures(rows);
    const columns = Object.keys(table.columns);
    const statement = this.#database.connection.prepare(
      `INSERT INTO ${table.name} (${columns}) VALUES (${columns.map(() => '?')})`,
    );
    try {
      for (const row of rows) statement.run(...row);
    } catch (fault) {
      throw isRefused(fault) ? rowsRefused(table.name, fault) : fault;
    }
  }

  inserted(wanted: readonly Table[]): AsyncIterable<Part> {
    return partsOf(this.#database, this.#folder, wanted);
  }

  async removePictures(): Promise<void> {
    for (const path of this.#written) await this.#folder.remove(path).catch(() => {});
  }

  async #writePictures(rows: readonly Row[]): Promise<void> {
    for (const [path, jpeg] of rows as [string, Uint8Array][]) {
      try {
        await this.#folder.put(path, jpeg);
      } catch (cause) {
        throw new Problem(
          'evidence-unwritable',
          `The picture ${path} cannot be written (${messageOf(cause)}).`,
          {
            cause,
            action: `Look at the folder ${this.#folder.directory} and the room on its disk.`,
          },
        );
      }
      this.#written.push(path);
    }
  }
}
