import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { systemClock } from '@maskwatch/platform/clock';
import type { Problem } from '@maskwatch/platform/problem';
import type { Engine } from '@maskwatch/platform/testing/engine';
import { startPostgres } from '@maskwatch/platform/testing/postgres-server';
import pg from 'pg';
import { aDelivery, anOpening } from '../builders.ts';
import type { EvidenceFiles } from '../evidence-files.ts';
import { EvidenceFolder } from '../evidence-folder.ts';
import { migrations as ofPostgres } from '../postgres/migrations.ts';
import { migratePostgres, postgresSource, postgresTarget } from '../postgres/transfer.ts';
import { openPostgresStore } from '../postgres-store.ts';
import { migrate, migrations as ofSqlite } from '../sqlite/migrations.ts';
import { databaseIn, migrateSqlite, sqliteSource, sqliteTarget } from '../sqlite/transfer.ts';
import { openSqliteStore } from '../sqlite-store.ts';
import type { Store } from '../store.ts';
import type { Value } from './parts.ts';
import { openBackup } from './read-backup.ts';
import { tables } from './tables.ts';
import { liveIn, toldBy } from './testing/lived-in.ts';
import { type Source, type Target, transfer } from './transfer.ts';
import { writeBackup } from './write-backup.ts';

let server: Engine;
let count = 0;
const root = mkdtempSync(join(tmpdir(), 'maskwatch-transfer-'));
const program = { program: '0.1.0', madeAt: 1_700_000_000_000 };

before(async () => {
  server = await startPostgres();
});
after(async () => {
  await server?.close();
  rmSync(root, { recursive: true });
});

/** A place for a store, which is opened as its service opens it. */
interface Place {
  /** The folder, or the address. */
  where: string;
  source: Source;
  target: Target;
  open(): Promise<{ store: Store; files: EvidenceFiles }>;
}

function folder(): Place {
  count += 1;
  const where = join(root, `data-${count}`);
  return {
    where,
    source: sqliteSource(databaseIn(where)),
    target: sqliteTarget(where),
    open: async () => ({
      store: await openSqliteStore({ directory: where, clock: systemClock, reserveBytes: 4096 }),
      files: new EvidenceFolder(join(where, 'evidence')),
    }),
  };
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function database() {
  count += 1;
  await query(server.url, `CREATE DATABASE copy_${count}`);
  const where = server.url.replace(/postgres$/, `copy_${count}`);
  const open = () => openPostgresStore({ url: where });
  return { where, source: postgresSource(where), target: postgresTarget(where), open };
}

async function told(place: Place) {
  const { store, files } = await place.open();
  try {
    return await toldBy(store, files);
  } finally {
    await store.close();
  }
}

async function livedIn<P extends Place>(place: P): Promise<P> {
  const { store, files } = await place.open();
  await liveIn(store, files);
  await store.close();
  return place;
}

function backupFile(): string {
  count += 1;
  return join(root, `${count}.backup`);
}

const kinds = { SQLite: folder, PostgreSQL: database } as const;
type Kind = keyof typeof kinds;
const both = Object.keys(kinds) as Kind[];

for (const from of both) {
  for (const to of both) {
    test(`a backup of ${from} is restored to ${to} with all that it held`, async () => {
      const [source, target] = [await livedIn(await kinds[from]()), await kinds[to]()];
      const file = backupFile();

      const written = await writeBackup(source.source, file, program);
      const restored = await transfer(openBackup(file), target.target);

      assert.deepEqual(await told(target), await told(source));
      const same = (report: typeof written) =>
        report.tables
          .filter(({ table }) => !/lease/.test(table))
          .map(({ kept: _, ...rest }) => rest);
      assert.deepEqual(same(restored), same(written));
      assert.deepEqual(
        written.tables.filter(({ rows }) => rows > 0).map(({ table, rows }) => [table, rows]),
        [
          ...[
            ['violations', 40],
            ['alerts', 40],
            ['evidence', 40],
            ['deliveries', 71],
          ],
          ...[
            ['attempts', 40],
            ['counters', 1],
            ['holds', 1],
            ['evidence_files', 40],
          ],
        ],
      );
      assert.equal(statSync(file).mode & 0o777, 0o600);
    });
  }
}

test('a copy goes on where the original stood: positions, numbers of changes, nothing claimed', async () => {
  const [source, target] = [await livedIn(folder()), await database()];
  await transfer(source.source, target.target);

  const { store } = await target.open();
  const opened = await store.open(anOpening('next', { deliveries: [aDelivery({ id: 'next' })] }));
  const listed = await store.deliveries({ limit: 1 });
  const claim = { now: Date.now(), leaseUntil: Date.now() + 1000, limit: 100 };
  const due = await store.claimDue({ endpointId: 'office', ...claim });
  await store.close();

  assert.equal(opened.sequence, 72);
  assert.equal(listed[0]?.id, 'next');
  assert.ok(due.length > 40, `${due.length} are due: no claim was carried over`);
});

test('who led and who owned cameras is carried, and no lease holds any more', async () => {
  const [source, target] = [await database(), await database()];
  const first = await source.open();
  const lease = { hubId: 'one', leaseMs: 60_000 };
  first.leadership.fence((await first.leadership.claim(lease))!.term);
  await first.leadership.grant('gate', 'ingest-1');
  await first.leadership.grant('gate', 'ingest-2');
  const file = backupFile();
  await writeBackup(source.source, file, program);
  await first.store.close();
  await transfer(openBackup(file), target.target);

  const copy = await target.open();
  assert.deepEqual(await copy.leadership.claim({ hubId: 'two', leaseMs: 1000 }), { term: 2 });
  const leases = await copy.leadership.cameraLeases();
  await copy.store.close();

  assert.deepEqual(leases, [{ cameraId: 'gate', owner: 'ingest-2', epoch: 2 }]);
});

test('a folder takes nothing of leases, and says so', async () => {
  const source = await livedIn(await database());
  const report = await transfer(source.source, folder().target);

  assert.deepEqual(
    report.tables.filter(({ kept }) => !kept).map(({ table }) => table),
    ['hub_lease', 'camera_leases'],
  );
});

test('a server is read as it was when the reading began', async () => {
  const source = await livedIn(await database());
  const { store } = await source.open();
  const before = await toldBy(store, (await source.open()).files);
  const target = folder();
  const slowed: Source = {
    read: (work) =>
      source.source.read((parts) =>
        work(
          (async function* () {
            for await (const part of parts) {
              if (part.table.name === 'alerts') await store.open(anOpening(`late-${count++}`));
              yield part;
            }
          })(),
        ),
      ),
  };

  await transfer(slowed, target.target);
  await store.close();

  assert.deepEqual(await told(target), before);
});

test('a picture that is gone is counted, and its row stays', async () => {
  const source = await livedIn(folder());
  rmSync(join(source.where, 'evidence', '2023-11-14', 'e-7.jpg'));
  const target = await database();

  const report = await transfer(source.source, target.target);

  assert.equal(report.picturesMissing, 1);
  assert.equal((await query(target.where, 'SELECT count(*) FROM evidence_files'))[0]?.count, '39');
});

for (const kind of both) {
  test(`a store on ${kind} that is not empty is refused, and stays as it is`, async () => {
    const [source, target] = [await livedIn(folder()), await livedIn(await kinds[kind]())];
    const before = await told(target);

    await assert.rejects(transfer(source.source, target.target), (fault: Problem) => {
      assert.equal(fault.code, 'store-not-empty');
      assert.match(fault.message, /violations 40, alerts 40/);
      return true;
    });

    assert.deepEqual(await told(target), before);
  });

  describe(`${kind} stays empty`, () => {
    test('where the backup was cut', () => refused(kind, cut, 'backup-damaged'));
    test('where a byte of the backup was changed', () => refused(kind, flipped, 'backup-damaged'));
    test('where a row was changed', () => refused(kind, changed, 'backup-damaged'));
    test('where a row was left out', () => refused(kind, shortened, 'rows-refused'));
    test('where the last line is missing', () => refused(kind, endless, 'backup-damaged'));
    test('where the file is none', () =>
      refused(kind, () => Buffer.from('-- SQL'), 'backup-damaged'));
    test('where a later program wrote it', () => refused(kind, newer, 'backup-newer'));
    test('where it knows a column more', () => refused(kind, wider, 'backup-newer'));
  });

  test(`a restore to ${kind} that is killed leaves it empty, and is done again`, async () => {
    const [source, target] = [await livedIn(folder()), await kinds[kind]()];
    const file = backupFile();
    await writeBackup(source.source, file, program);
    const script = new URL('./testing/stuck-restore.ts', import.meta.url).pathname;

    const child = spawn(process.execPath, [script, file, target.where], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');

    assert.deepEqual((await told(target)).alerts, []);
    await transfer(openBackup(file), target.target);
    assert.deepEqual(await told(target), await told(source));
  });
}

/** A restore of a backup that was changed ends with the Problem, and the store is as new. */
async function refused(kind: Kind, change: (file: Buffer) => Uint8Array, code: string) {
  const source = await livedIn(folder());
  const target = await kinds[kind]();
  const file = backupFile();
  await writeBackup(source.source, file, program);
  writeFileSync(file, change(readFileSync(file)));

  await assert.rejects(transfer(openBackup(file), target.target), { code });

  const { alerts, deliveries, counts, holds } = await told(target);
  const nothing = { alerts: [], deliveries: [], counts: { sequence: 0, newCount: 0 }, holds: [] };
  assert.deepEqual({ alerts, deliveries, counts, holds }, nothing);
  if (kind === 'SQLite') {
    const left = readdirSync(target.where, { recursive: true });
    assert.deepEqual(
      left.filter((name) => String(name).endsWith('.jpg')),
      [],
    );
  }
}

const cut = (file: Buffer) => file.subarray(0, Math.floor(file.length * 0.7));

function flipped(file: Buffer): Buffer {
  const copy = Buffer.from(file);
  copy[Math.floor(copy.length / 2)]! ^= 1;
  return copy;
}

const edited = (edit: (lines: string[]) => string[]) => (file: Buffer) =>
  zstdCompressSync(edit(zstdDecompressSync(file).toString().split('\n')).join('\n'));

const changed = edited((lines) => lines.map((line) => line.replace('entrance', 'entrence')));
const shortened = edited((lines) => lines.toSpliced(5, 1));
const endless = edited((lines) => lines.slice(0, -2));
const newer = edited((lines) => [lines[0]!.replace('"format":1', '"format":2'), ...lines.slice(1)]);
const wider = edited((lines) => lines.map((line) => line.replace('"unsure"]', '"unsure","sure"]')));

test('a backup that would write beside the folder of evidence is refused', async () => {
  const { source } = await livedIn(folder());
  const astray = '../../astray.jpg';
  const forged: Source = {
    read: (work) =>
      source.read((parts) =>
        work(
          (async function* () {
            for await (const { table, rows } of parts) {
              const value = (one: Value) => (String(one).endsWith('/e-39.jpg') ? astray : one);
              yield { table, rows: rows.map((row) => row.map(value)) };
            }
          })(),
        ),
      ),
  };
  const file = backupFile();
  await writeBackup(forged, file, program);
  const target = folder();

  await assert.rejects(transfer(openBackup(file), target.target), { code: 'evidence-unwritable' });

  assert.ok(!existsSync(join(target.where, 'evidence', astray)));
  assert.deepEqual((await told(target)).alerts, []);
});

test('what is carried are the columns of both databases, but who claimed and until when', async () => {
  const { where: url, open } = await database();
  await (await open()).store.close();
  const inPostgres = await query(
    url,
    `SELECT table_name AS table, column_name AS column FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name <> 'schema_version'`,
  );
  const place = folder();
  await (await place.open()).store.close();
  const file = new DatabaseSync(databaseIn(place.where));
  const inSqlite = file
    .prepare(
      `SELECT m.name AS "table", c.name AS "column" FROM sqlite_schema m, pragma_table_info(m.name) c
       WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> 'schema_readable'`,
    )
    .all();
  file.close();

  const names = (rows: object[]) =>
    (rows as { table: string; column: string }[]).map((row) => `${row.table}.${row.column}`).sort();
  const carried = names(
    tables.flatMap(({ name, columns }) =>
      Object.keys(columns).map((column) => ({ table: name, column })),
    ),
  );
  const alive = ['deliveries.leased_until', 'evidence_files.written_at', 'hub_lease.until'];
  assert.deepEqual(names(inPostgres), [...carried, ...alive].sort());
  assert.deepEqual(
    names(inSqlite),
    [...carried.filter((name) => !/lease|evidence_files/.test(name)), alive[0]].sort(),
  );
});

test('a folder whose service runs is refused', async () => {
  const place = await livedIn(folder());
  const script = `import { openSqliteStore } from '@maskwatch/store/sqlite-store';
    import { systemClock } from '@maskwatch/platform/clock';
    await openSqliteStore({ directory: process.argv[1], clock: systemClock });
    console.log('open'); setInterval(() => {}, 1000);`;
  const args = ['--input-type=module', '--eval', script, place.where];
  const child = spawn(process.execPath, args, {
    ...{ cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  await once(child.stdout!, 'data');
  try {
    await assert.rejects(writeBackup(place.source, backupFile(), program), { code: 'store-busy' });
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

test('what is not there, or of another version, is refused with what to do', async () => {
  const file = backupFile();
  await assert.rejects(writeBackup(folder().source, file, program), { code: 'store-absent' });
  const empty = await database();
  await assert.rejects(writeBackup(empty.source, file, program), { code: 'store-absent' });

  const old = folder();
  mkdirSync(old.where);
  const connection = new DatabaseSync(databaseIn(old.where));
  migrate(connection, ofSqlite.slice(0, -1));
  connection.close();
  await assert.rejects(writeBackup(old.source, file, program), (fault: Problem) => {
    assert.equal(fault.code, 'store-older');
    assert.match(fault.action ?? '', /maskwatch db migrate --data-dir/);
    return true;
  });
  const { from, to } = migrateSqlite(databaseIn(old.where));
  assert.deepEqual([from, to], [ofSqlite.length - 1, ofSqlite.length]);
  await writeBackup(old.source, file, program);

  const next = await database();
  assert.deepEqual(await migratePostgres(next.where), {
    ...{ from: 0, to: ofPostgres.length, readableFrom: 1 },
  });
  await query(next.where, 'UPDATE schema_version SET version = version + 1');
  await assert.rejects(writeBackup(next.source, backupFile(), program), { code: 'store-newer' });
  assert.ok(!existsSync(`${file}.part`));
});

test('a backup replaces no file', async () => {
  const file = backupFile();
  writeFileSync(file, 'mine');
  await assert.rejects(writeBackup((await livedIn(folder())).source, file, program), {
    code: 'backup-exists',
  });
  assert.equal(readFileSync(file, 'utf8'), 'mine');
});

test('a place that takes no file is told as such, also where a server is read', async () => {
  const source = await livedIn(await database());
  const nowhere = join(root, 'nowhere', 'a.backup');
  await assert.rejects(writeBackup(source.source, nowhere, program), { code: 'backup-file' });
  await assert.rejects(transfer(openBackup(nowhere), folder().target), { code: 'backup-file' });
});
