/** Behind PgBouncer, which gives each transaction another connection. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Engine } from '@maskwatch/platform/testing/engine';
import { startPgBouncer } from '@maskwatch/platform/testing/pgbouncer-server';
import { startPostgres } from '@maskwatch/platform/testing/postgres-server';
import { anOpening } from './builders.ts';
import { storeContract } from './contract-suite.ts';
import { openPostgresStore } from './postgres-store.ts';
import { freshDatabase } from './testing/fresh-database.ts';

const asDocumented = ['ignore_startup_parameters = statement_timeout'];

let server: Engine;
let bouncer: Engine;

before(async () => {
  server = await startPostgres();
  bouncer = await startPgBouncer(server, asDocumented);
});
after(async () => {
  await bouncer?.close();
  await server?.close();
});

storeContract(
  'PostgreSQL behind PgBouncer',
  async () => (await openPostgresStore({ url: await freshDatabase(server, bouncer) })).store,
);

test('programs that start at once behind PgBouncer make its tables once, and one is active', async () => {
  const url = await freshDatabase(server, bouncer);
  const all = await Promise.all(Array.from({ length: 4 }, () => openPostgresStore({ url })));
  const claims = await Promise.all(
    all.map(({ leadership }, n) => leadership.claim({ hubId: `hub-${n}`, leaseMs: 60_000 })),
  );
  const active = claims.findIndex((claim) => claim !== undefined);
  all[active]!.leadership.fence(claims[active]!.term);
  await all[active]!.store.open(anOpening('a'));
  await all[active]!.leadership.resign(`hub-${active}`);
  const other = all[(active + 1) % all.length]!;
  const next = await other.leadership.claim({ hubId: 'other', leaseMs: 60_000 });
  const late = all[active]!.store.open(anOpening('b'));

  assert.equal(claims.filter((claim) => claim !== undefined).length, 1);
  assert.ok(next!.term > claims[active]!.term);
  await assert.rejects(late, { code: 'store-fenced' });
  await Promise.all(all.map(({ store }) => store.close()));
});

test('a PgBouncer without the setting is refused, and the setting is named', async (t) => {
  const plain = await startPgBouncer(server, []);
  t.after(() => plain.close());

  await assert.rejects(openPostgresStore({ url: plain.url }), (fault: Error) => {
    assert.match(JSON.stringify(fault), /store-refused/);
    assert.match(JSON.stringify(fault), /ignore_startup_parameters = statement_timeout/);
    return true;
  });
});
