/** The command as people start it, on real stores of both kinds. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@maskwatch/platform/clock';
import type { Engine } from '@maskwatch/platform/testing/engine';
import { startPostgres } from '@maskwatch/platform/testing/postgres-server';
import { liveIn, toldBy } from '@maskwatch/store/backup/testing/lived-in';
import type { EvidenceFiles } from '@maskwatch/store/evidence-files';
import { EvidenceFolder } from '@maskwatch/store/evidence-folder';
import { openPostgresStore } from '@maskwatch/store/postgres-store';
import { openSqliteStore } from '@maskwatch/store/sqlite-store';
import type { Store } from '@maskwatch/store/store';
import pg from 'pg';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'maskwatch-db-'));
const data = join(root, 'data');
let server: Engine;

before(async () => {
  server = await startPostgres();
  const client = new pg.Client(server.url);
  await client.connect();
  for (const name of ['one', 'two', 'three']) await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const { store, files } = await inFolder(data);
  await liveIn(store, files);
  await store.close();
});
after(async () => {
  await server?.close();
  rmSync(root, { recursive: true });
});

const inFolder = async (directory: string) => ({
  store: await openSqliteStore({ directory, clock: systemClock, reserveBytes: 4096 }),
  files: new EvidenceFolder(join(directory, 'evidence')),
});
const address = (name: string) => server.url.replace(/postgres$/, name);

function db(args: string[], environment: Record<string, string> = {}) {
  return new Promise<{ status: number; out: string; said: string }>((resolve) => {
    const env = { ...process.env, ...environment };
    execFile(process.execPath, [main, 'db', ...args], { env }, (fault, out, said) =>
      resolve({ status: fault === null ? 0 : Number(fault.code), out, said }),
    );
  });
}

async function told(open: () => Promise<{ store: Store; files: EvidenceFiles }>) {
  const { store, files } = await open();
  try {
    return await toldBy(store, files);
  } finally {
    await store.close();
  }
}

test('a folder is copied to a server, backed up there, and restored to another folder', async () => {
  const copied = await db(['copy', '--from', data, '--postgres', address('one')]);
  assert.equal(copied.status, 0, copied.said);
  assert.match(copied.out, /^table +rows +sha256\nviolations +40 +[0-9a-f]{64}\n/);
  assert.match(copied.said, /^violations: 40 rows read\nalerts: 40 rows read\n/);
  assert.match(copied.out, /^127.0.0.1:\d+\/one has all of .*maskwatch.db; rows and hashes/m);

  const file = join(root, 'a.backup');
  const saved = await db(['backup', '--to', file], { MASKWATCH_POSTGRES: address('one') });
  assert.equal(saved.status, 0, saved.said);
  const again = join(root, 'again');
  const restored = await db(['restore', '--from', file, '--data-dir', again]);
  assert.equal(restored.status, 0, restored.said);
  assert.match(restored.out, /^hub_lease +0 +left out: only a store of many machines has it$/m);

  const lines = (text: string) => text.split('\n').filter((line) => /[0-9a-f]{64}/.test(line));
  const ours = (text: string) => lines(text).filter((line) => !/lease/.test(line));
  assert.deepEqual(ours(restored.out), ours(saved.out));
  assert.deepEqual(ours(copied.out), ours(saved.out));
  const original = await told(() => inFolder(data));
  assert.deepEqual(await told(() => openPostgresStore({ url: address('one') })), original);
  assert.deepEqual(await told(() => inFolder(again)), original);
});

test('a file of the database is copied with the pictures beside it', async () => {
  const elsewhere = join(root, 'elsewhere');
  const { store, files } = await inFolder(elsewhere);
  await liveIn(store, files);
  await store.close();
  renameSync(join(elsewhere, 'maskwatch.db'), join(elsewhere, 'copy.sqlite'));

  const from = join(elsewhere, 'copy.sqlite');
  const { status, out, said } = await db(['copy', '--from', from, '--postgres', address('two')]);

  assert.equal(status, 0, said);
  assert.match(out, /^evidence_files +40 /m);
});

test('what is not empty, not there or not whole ends with a status and what to do', async () => {
  const full = await db(['copy', '--from', data, '--postgres', address('one')]);
  assert.equal(full.status, 2);
  assert.match(full.said, /one is not empty: violations 40.*\nWhat to do: Name an empty one/);

  const absent = await db(['backup', '--data-dir', join(root, 'none'), '--to', join(root, 'b')]);
  assert.equal(absent.status, 2);
  assert.match(absent.said, /There is no store of maskwatch in .*none/);
  assert.ok(!existsSync(join(root, 'none')));

  writeFileSync(join(root, 'text'), 'no backup');
  const text = await db(['restore', '--from', join(root, 'text'), '--data-dir', join(root, 'c')]);
  assert.equal(text.status, 2);
  assert.match(text.said, /text is no backup of maskwatch/);

  const unnamed = await db(['migrate'], { MASKWATCH_POSTGRES: '' });
  assert.equal(unnamed.status, 2);
  assert.match(unnamed.said, /No store is named/);

  const nowhere = address('nowhere').replace('maskwatch@', 'maskwatch:secret@');
  const strange = await db(['backup', '--postgres', nowhere, '--to', join(root, 'd')]);
  assert.equal(strange.status, 1);
  assert.match(strange.said, /refuses this \(database "nowhere" does not exist\)/);
  assert.doesNotMatch(strange.said, /secret/);
});

test('migrate says from which version to which, and that nothing is left to do', async () => {
  const first = await db(['migrate', '--postgres', address('three')]);
  assert.match(
    first.out,
    /three went from schema version 0 to \d+; programs from version 1 on read/,
  );
  const second = await db(['migrate', '--postgres', address('three')]);
  assert.match(second.out, /three has schema version \d+; there is nothing to do/);
  const folder = await db(['migrate', '--data-dir', data]);
  assert.match(folder.out, /maskwatch.db has schema version \d+; there is nothing to do/);
});
