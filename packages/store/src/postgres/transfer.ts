/** A whole store on PostgreSQL, as a source and as a target. */
import type { PoolClient } from 'pg';
import type { Part, Row } from '../backup/parts.ts';
import { isPictures, type Table, tables } from '../backup/tables.ts';
import {
  type Filling,
  refuseFilled,
  rowsRefused,
  type Source,
  type Target,
} from '../backup/transfer.ts';
import { type Migrated, requireNewest } from '../schema.ts';
import { Database } from './database.ts';
import { requireDurable } from './durable.ts';
import { holdOffMigrations, migrate, migrations, schemaVersion } from './migrations.ts';

/** The service goes on meanwhile: all is read as it was when the reading began. */
export function postgresSource(url: string): Source {
  return {
    read: (work) =>
      patiently(url, (database) =>
        database.snapshot(async (client) => {
          await holdOffMigrations(client);
          requireNewest(await schemaVersion(client), {
            ...{ known: migrations.length, place: database.place, option: '--postgres URL' },
          });
          return work(partsOf(client, tables));
        }),
      ),
  };
}

/** Migrated, then filled in one transaction, in which nobody else can write. */
export function postgresTarget(url: string): Target {
  return {
    fill: (work) =>
      patiently(url, async (database) => {
        await requireDurable(database);
        await database.write(migrate);
        return database.write(async (client) => {
          const names = tables.map(({ name }) => name).join(', ');
          await client.query(`LOCK TABLE ${names} IN SHARE ROW EXCLUSIVE MODE`);
          refuseFilled(await countsOf(client), database.place);
          await client.query('DELETE FROM counters');
          const result = await work(fillingOf(client));
          // Not taken back with the transaction, which does no harm: numbers are passed over.
          await client.query(
            `SELECT setval(pg_get_serial_sequence('deliveries', 'position'),
               coalesce(max(position), 1), max(position) IS NOT NULL) FROM deliveries`,
          );
          return result;
        });
      }),
  };
}

/** Brings the schema to the newest version. Problems: `store-newer`, `store-unreachable`. */
export function migratePostgres(url: string): Promise<Migrated> {
  return patiently(url, (database) => database.write(migrate));
}

async function patiently<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = new Database({ url, patient: true, onFault: () => {} });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function* partsOf(client: PoolClient, wanted: readonly Table[]): AsyncGenerator<Part, void> {
  for (const table of wanted) {
    await client.query(`DECLARE whole NO SCROLL CURSOR FOR ${selectOf(table)}`);
    for (let more = true; more; ) {
      const text = `FETCH ${table.batch} FROM whole`;
      const { rows } = await client.query<Row & string[]>({ text, rowMode: 'array' });
      yield { table, rows };
      more = rows.length === table.batch;
    }
    await client.query('CLOSE whole');
  }
}

function selectOf(table: Table): string {
  const { name, columns, order } = table;
  const sorted = order.map((by) => (columns[by] === 'text' ? `${by} COLLATE "C"` : by));
  // A picture that no row names is left of a crash.
  const named = isPictures(table)
    ? 'WHERE EXISTS (SELECT 1 FROM evidence WHERE evidence.path = evidence_files.path)'
    : '';
  return `SELECT ${Object.keys(columns)} FROM ${name} ${named} ORDER BY ${sorted}`;
}

async function countsOf(client: PoolClient): Promise<Record<string, number>> {
  const counts = tables.map(({ name }) =>
    name === 'counters'
      ? '(SELECT coalesce(sum(value), 0)::bigint FROM counters) AS counters'
      : `(SELECT count(*) FROM ${name}) AS ${name}`,
  );
  const { rows } = await client.query<Record<string, number>>(`SELECT ${counts}`);
  return rows[0]!;
}

/** SQLSTATE classes of values that a column, and of rows that a constraint does not take. */
const refused = /^2[23]/;

function fillingOf(client: PoolClient): Filling {
  return {
    has: () => true,
    async insert(part) {
      try {
        if (isPictures(part.table)) await insertPictures(client, part);
        else await insertRows(client, part);
      } catch (fault) {
        if (!refused.test((fault as { code?: string }).code ?? '')) throw fault;
        throw rowsRefused(part.table.name, fault);
      }
    },
    inserted: (wanted) => partsOf(client, wanted),
  };
}

async function insertPictures(client: PoolClient, { rows }: Part): Promise<void> {
  const text = 'INSERT INTO evidence_files (path, bytes) VALUES ($1, $2)';
  for (const row of rows) await client.query(text, [...row]);
}

/** A column that is not named keeps its default. */
async function insertRows(client: PoolClient, { table, rows }: Part): Promise<void> {
  const columns = Object.keys(table.columns);
  const objects = rows.map((row) => Object.fromEntries(columns.map((name, n) => [name, row[n]])));
  await client.query(
    `INSERT INTO ${table.name} (${columns}) OVERRIDING SYSTEM VALUE
     SELECT ${columns} FROM json_populate_recordset(NULL::${table.name}, $1::json)`,
    [JSON.stringify(objects)],
  );
}
