import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { systemClock } from '@maskwatch/platform/clock';
import type { Problem } from '@maskwatch/platform/problem';
import type { Step } from '../schema.ts';
import { openSqliteStore } from '../sqlite-store.ts';
import { migrate, migrations, schemaVersion } from './migrations.ts';

const version = (database: DatabaseSync) =>
  database.prepare('PRAGMA user_version').get()?.user_version;

const step = (sql: string): Step => ({ sql, readableFrom: 1 });

describe('migrations', () => {
  it('bring an empty file to the newest schema, and change nothing a second time', () => {
    const database = new DatabaseSync(':memory:');
    const schema = () => database.prepare('SELECT sql FROM sqlite_schema').all();

    migrate(database);
    const first = schema();
    migrate(database);

    assert.equal(version(database), migrations.length);
    assert.deepEqual(schema(), first);
  });

  it('keep the data of a file of schema version 1', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'maskwatch-migrate-'));
    try {
      const old = new DatabaseSync(join(directory, 'maskwatch.db'));
      old.exec(readFileSync(new URL('./fixtures/version-1.sql', import.meta.url), 'utf8'));
      old.close();

      const store = await openSqliteStore({ directory, clock: systemClock, reserveBytes: 4096 });

      const [ended, firing] = await store.alerts({ limit: 9, after: 0 });
      assert.equal(firing?.id, 'a-firing');
      assert.deepEqual(firing?.violation.box, [10, 20, 30.5, 40]);
      assert.deepEqual(
        (await store.openViolations()).map((open) => open.id),
        ['v-firing'],
      );
      const inKitchen = await store.alerts({ limit: 9, camera: 'kitchen', rule: 'no_mask' });
      assert.deepEqual(inKitchen, [firing]);
      assert.deepEqual(await store.alerts({ limit: 9, before: 1_700_000_000_001 }), [ended]);
      assert.equal(ended?.violation.ended, 'complied');
      assert.equal(ended?.dismissReason, 'unclear');
      assert.equal(ended?.evidence[0]?.path, 'day/e-1.jpg');
      assert.equal((await store.delivery('d-1'))?.attempts[0]?.error, 'The receiver answered 500.');
      assert.deepEqual(await store.alertCounts(), { sequence: 7, newCount: 1 });
      await store.close();
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('run one after the other, each once', () => {
    const database = new DatabaseSync(':memory:');
    const steps = [
      step('CREATE TABLE a (x)'),
      step('ALTER TABLE a ADD COLUMN y; INSERT INTO a VALUES (1, 2)'),
    ];

    migrate(database, steps.slice(0, 1));
    assert.equal(version(database), 1);
    migrate(database, steps);
    migrate(database, steps);

    assert.equal(version(database), 2);
    assert.equal(database.prepare('SELECT count(*) AS count FROM a').get()?.count, 1);
  });

  it('leave the file as it was when a step fails half way', () => {
    const database = new DatabaseSync(':memory:');
    const steps = [
      step('CREATE TABLE a (x)'),
      step('INSERT INTO a VALUES (1); INSERT INTO missing VALUES (1)'),
    ];

    assert.throws(() => migrate(database, steps), /no such table: missing/);

    assert.equal(version(database), 1);
    assert.equal(database.prepare('SELECT count(*) AS count FROM a').get()?.count, 0);
    assert.equal(database.isTransaction, false);
  });

  it('leave a file of a newer program to this one where it only added', () => {
    const database = new DatabaseSync(':memory:');
    const newer = [
      ...migrations,
      { sql: 'CREATE TABLE more (x)', readableFrom: migrations.length },
    ];
    migrate(database, newer);

    const migrated = migrate(database);

    const version = newer.length;
    assert.deepEqual(migrated, { from: version, to: version, readableFrom: migrations.length });
    assert.equal(schemaVersion(database).version, version);
  });

  it('refuse a file of a newer program that changed what was there', () => {
    const database = new DatabaseSync(':memory:');
    const next = migrations.length + 1;
    migrate(database, [...migrations, { sql: 'CREATE TABLE more (x)', readableFrom: next }]);

    assert.throws(
      () => migrate(database),
      (error: Problem) => {
        assert.equal(error.code, 'store-newer');
        assert.match(error.action ?? '', /Start the newer version again/);
        return true;
      },
    );
  });
});
