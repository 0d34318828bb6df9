/**
 * Processes are replaced one by one: this program goes on with a schema that the next one has made,
 * while that one goes on with what this one writes.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { systemClock } from '@maskwatch/platform/clock';
import type { Engine } from '@maskwatch/platform/testing/engine';
import { startPostgres } from '@maskwatch/platform/testing/postgres-server';
import pg from 'pg';
import { tables } from './backup/tables.ts';
import { anOpening } from './builders.ts';
import { storeContract } from './contract-suite.ts';
import { migrate as migratePostgres, migrations as ofPostgres } from './postgres/migrations.ts';
import { openPostgresStore } from './postgres-store.ts';
import { migrate as migrateSqlite, migrations as ofSqlite } from './sqlite/migrations.ts';
import { openSqliteStore } from './sqlite-store.ts';
import { freshDatabase } from './testing/fresh-database.ts';

/** A column more in each table, and a table more: what a step that only adds can bring. */
function adding(names: string[], readableFrom: number) {
  const columns = names.map(
    (name) => `ALTER TABLE ${name} ADD COLUMN more TEXT NOT NULL DEFAULT ''`,
  );
  return { sql: [...columns, 'CREATE TABLE more (id TEXT PRIMARY KEY)'].join(';'), readableFrom };
}

const root = mkdtempSync(join(tmpdir(), 'maskwatch-next-'));
const inPostgres = tables.map(({ name }) => name);
const inSqlite = inPostgres.filter((name) => !/lease|evidence_files/.test(name));
const nextPostgres = [...ofPostgres, adding(inPostgres, ofPostgres.length)];
const nextSqlite = [...ofSqlite, adding(inSqlite, ofSqlite.length)];
let server: Engine;

before(async () => {
  server = await startPostgres();
});
after(async () => {
  await server?.close();
  rmSync(root, { recursive: true });
});

function folder(steps = nextSqlite): string {
  const directory = mkdtempSync(join(root, 'data-'));
  const database = new DatabaseSync(join(directory, 'maskwatch.db'));
  migrateSqlite(database, steps);
  database.close();
  return directory;
}

async function withClient<T>(url: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString: url });
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
    await pool.end();
  }
}

const openFolder = (directory: string) =>
  openSqliteStore({ directory, clock: systemClock, reserveBytes: 4096 });

storeContract('SQLite of the next version', () => openFolder(folder()));

storeContract('PostgreSQL of the next version', async () => {
  const url = await freshDatabase(server);
  await withClient(url, (client) => migratePostgres(client, nextPostgres));
  return (await openPostgresStore({ url })).store;
});

test('one that is open goes on while the next version migrates, and starts again afterwards', async () => {
  const url = await freshDatabase(server);
  const { store } = await openPostgresStore({ url });
  await store.open(anOpening('before'));
  const migrated = await withClient(url, (client) => migratePostgres(client, nextPostgres));
  const version = nextPostgres.length;
  assert.deepEqual(migrated, { from: version - 1, to: version, readableFrom: version - 1 });

  await store.open(anOpening('after'));
  await store.close();
  const again = await openPostgresStore({ url });
  const alerts = await again.store.alerts({ limit: 10 });
  await again.store.close();

  assert.equal(alerts.length, 2);
});

test('a next version that changes what is there is not for this one', async () => {
  const next = ofPostgres.length + 1;
  const changing = { sql: 'ALTER TABLE alerts DROP COLUMN trace', readableFrom: next };
  const url = await freshDatabase(server);
  await withClient(url, (client) => migratePostgres(client, [...ofPostgres, changing]));
  const refused = { code: 'store-newer', message: new RegExp(`version ${next}, which programs`) };
  await assert.rejects(openPostgresStore({ url }), refused);

  const steps = [...ofSqlite, { ...changing, readableFrom: ofSqlite.length + 1 }];
  await assert.rejects(openFolder(folder(steps)), { code: 'store-newer' });
});

test('a migration that takes longer than any call of a service may is waited for', async () => {
  const url = await freshDatabase(server);
  const slow = withClient(url, async (client) => {
    await client.query('BEGIN');
    await migratePostgres(client, [...ofPostgres.slice(0, 1)]);
    await client.query('SELECT pg_sleep(6.5)');
    await client.query('COMMIT');
  });
  await new Promise((resolve) => setTimeout(resolve, 500));

  const { store } = await openPostgresStore({ url });
  const alert = await store.open(anOpening('a'));
  await store.close();
  await slow;

  assert.equal(alert.sequence, 1);
});
