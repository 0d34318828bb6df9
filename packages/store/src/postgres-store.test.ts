import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Engine } from '@maskwatch/platform/testing/engine';
import { startPostgres } from '@maskwatch/platform/testing/postgres-server';
import pg from 'pg';
import { aDelivery, anOpening } from './builders.ts';
import { storeContract } from './contract-suite.ts';
import { migrate, migrations } from './postgres/migrations.ts';
import { openPostgresStore } from './postgres-store.ts';
import { freshDatabase } from './testing/fresh-database.ts';

let server: Engine;

before(async () => {
  server = await startPostgres();
});
after(() => server?.close());

storeContract(
  'PostgreSQL',
  async () => (await openPostgresStore({ url: await freshDatabase(server) })).store,
);

test('an opening that is said again counts once', async () => {
  const { store } = await openPostgresStore({ url: await freshDatabase(server) });
  const first = await store.open(anOpening('a'));
  const again = await store.open(anOpening('a'));
  await store.close();

  assert.deepEqual(again, first);
});

test('an opening that is said again while the first is being committed counts once', async () => {
  const { store } = await openPostgresStore({ url: await freshDatabase(server) });
  const answers = await Promise.all(Array.from({ length: 6 }, () => store.open(anOpening('a'))));
  const alerts = await store.alerts({ limit: 10 });
  await store.close();

  assert.deepEqual(alerts, [answers[0]]);
  assert.deepEqual(new Set(answers.map(({ sequence }) => sequence)).size, 1);
});

test('one hub is active, and what the former one says of violations is refused', async () => {
  const url = await freshDatabase(server);
  const one = await openPostgresStore({ url });
  const two = await openPostgresStore({ url });
  const first = await one.leadership.claim({ hubId: 'one', leaseMs: 300 });
  one.leadership.fence(first!.term);
  assert.equal(await two.leadership.claim({ hubId: 'two', leaseMs: 300 }), undefined);
  assert.deepEqual(await one.leadership.claim({ hubId: 'one', leaseMs: 300 }), first);
  await one.store.open(anOpening('a'));
  assert.equal(await one.leadership.grant('gate', 'ingest-1'), 1);
  await new Promise((resolve) => setTimeout(resolve, 400));

  const second = await two.leadership.claim({ hubId: 'two', leaseMs: 60_000 });
  two.leadership.fence(second!.term);
  assert.ok(second!.term > first!.term);
  await assert.rejects(one.store.open(anOpening('b')), { code: 'store-fenced' });
  await assert.rejects(one.leadership.grant('gate', 'ingest-2'), { code: 'store-fenced' });
  assert.equal(await two.leadership.grant('gate', 'ingest-2'), 2);
  assert.equal((await two.store.openViolations()).length, 1);

  await two.leadership.resign('two');
  assert.ok((await one.leadership.claim({ hubId: 'one', leaseMs: 300 }))!.term > second!.term);
  await one.store.close();
  await two.store.close();
});

test('pictures are there for every hub until they are removed', async () => {
  const url = await freshDatabase(server);
  const one = await openPostgresStore({ url });
  const two = await openPostgresStore({ url });
  const path = await one.files.write('a', Uint8Array.of(1, 2, 255), Date.UTC(2025, 0, 31));
  assert.equal(path, '2025-01-31/a.jpg');
  assert.deepEqual([...(await two.files.read(path))], [1, 2, 255]);
  assert.deepEqual(await two.files.writtenBefore(Date.now() + 60_000), [path]);
  assert.deepEqual(await two.files.writtenBefore(Date.now() - 60_000), []);
  await two.files.remove(path);
  await two.files.remove(path);
  await assert.rejects(one.files.read(path), /no picture/);
  await one.store.close();
  await two.store.close();
});

test('a server that was killed is a problem while it is gone, and nothing is lost', async (t) => {
  // Of its own: with the databases of all tests above the recovery takes half a minute on a busy disk.
  const own = await startPostgres();
  t.after(() => own.close());
  const { store } = await openPostgresStore({ url: own.url });
  const kept = await store.open(anOpening('a'));
  await own.kill();
  await assert.rejects(store.open(anOpening('b')), { code: 'store-unreachable' });
  await own.restart();
  await store.open(anOpening('b'));
  const alerts = await store.alerts({ limit: 10 });
  await store.close();

  assert.equal(alerts.length, 2);
  assert.ok(alerts.some(({ id }) => id === kept.id));
});

test('a server that stands still is a problem within seconds, and the call said again counts once', async () => {
  const { store } = await openPostgresStore({ url: await freshDatabase(server) });
  await store.alertCounts();
  server.pause();
  const said = await store.open(anOpening('a')).catch((thrown) => thrown.code);
  server.resume();
  assert.equal(said, 'store-unreachable');
  await store.open(anOpening('a'));
  const alerts = await store.alerts({ limit: 10 });
  await store.close();

  assert.equal(alerts.length, 1);
});

test('two that claim at once never get the same delivery', async () => {
  const url = await freshDatabase(server);
  const both = [await openPostgresStore({ url }), await openPostgresStore({ url })];
  const ids = Array.from({ length: 40 }, (_, n) => `d-${n}`);
  for (const id of ids) await both[0]!.store.addDelivery(aDelivery({ id }));
  const now = Date.now();
  const claim = { endpointId: 'office', now, leaseUntil: now + 30_000, limit: 3 };
  const claimed: string[] = [];
  const worker = async ({ store }: (typeof both)[number]) => {
    for (let due = await store.claimDue(claim); due.length > 0; due = await store.claimDue(claim)) {
      claimed.push(...due.map(({ delivery }) => delivery.id));
    }
  };
  await Promise.all([...both, ...both].map(worker));
  await Promise.all(both.map(({ store }) => store.close()));

  assert.deepEqual(claimed.sort(), ids.sort());
});

test('a migration that fails leaves the version before, and a newer database is refused', async () => {
  const url = await freshDatabase(server);
  const pool = new pg.Pool({ connectionString: url });
  const client = await pool.connect();
  await client.query('BEGIN');
  const fails = { sql: 'CREATE TABLE extra (); SELECT 1/0', readableFrom: 1 };
  await assert.rejects(migrate(client, [...migrations, fails]));
  await client.query('ROLLBACK');
  assert.equal((await client.query(`SELECT to_regclass('violations') AS t`)).rows[0].t, null);
  await Promise.all([openPostgresStore({ url }), openPostgresStore({ url })]).then((both) =>
    Promise.all(both.map(({ store }) => store.close())),
  );
  await client.query('UPDATE schema_version SET version = 99, readable_from = 99');
  client.release();
  await pool.end();
  await assert.rejects(openPostgresStore({ url }), { code: 'store-newer' });
});
