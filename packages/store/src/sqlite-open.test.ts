import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { systemClock } from '@maskwatch/platform/clock';
import type { Problem } from '@maskwatch/platform/problem';
import { aDelivery, anOpening, builtAt } from './builders.ts';
import { networkFileSystem, refuseNetworkFileSystem } from './sqlite/file-system.ts';
import { openDatabase, refuseOldLibrary } from './sqlite/open-database.ts';
import { openSqliteStore } from './sqlite-store.ts';

const root = mkdtempSync(join(tmpdir(), 'maskwatch-open-'));
after(() => rmSync(root, { recursive: true, force: true }));

const folder = () => mkdtempSync(join(root, 'store-'));
const open = (directory: string) =>
  openSqliteStore({ directory, clock: systemClock, reserveBytes: 4096 });

const isProblem = (code: string, text: RegExp) => (error: Problem) => {
  assert.equal(error.code, code);
  assert.match(`${error.message} ${error.action}`, text);
  return true;
};

async function filled(directory: string): Promise<string> {
  const store = await open(directory);
  for (let index = 0; index < 200; index += 1) await store.open(anOpening(`${index}`));
  await store.close();
  return join(directory, 'maskwatch.db');
}

describe('opening a store', () => {
  it('is durable and strict, as read back from SQLite', () => {
    const { connection } = openDatabase(folder());
    const read = (name: string) => connection.prepare(`PRAGMA ${name}`).get()?.[name];

    assert.equal(read('journal_mode'), 'wal');
    assert.equal(read('synchronous'), 2);
    assert.equal(read('foreign_keys'), 1);
    assert.equal(read('secure_delete'), 1);
    assert.equal(read('trusted_schema'), 0);
    assert.equal(connection.prepare('PRAGMA busy_timeout').get()?.timeout, 5000);
    const tables = connection.prepare('PRAGMA table_list').all();
    const own = tables.filter((table) => !String(table.name).startsWith('sqlite_'));
    assert.ok(own.length >= 6 && own.every((table) => table.strict === 1));
    connection.close();
  });

  it('lets only its user read the file and its log', async () => {
    const directory = join(folder(), 'new', 'data');
    const store = await open(directory);
    await store.open(anOpening('1'));

    assert.equal(statSync(directory).mode & 0o777, 0o700);
    for (const name of readdirSync(directory)) {
      assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name);
    }
    await store.close();
  });

  it('refuses a damaged file, keeps one copy, and leaves the file as it is', async () => {
    const directory = folder();
    const path = await filled(directory);
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096 * 5, 4096 * 9);
    writeFileSync(path, bytes);

    await assert.rejects(
      open(directory),
      isProblem('store-damaged', /A copy is kept as .*damaged-/),
    );
    await assert.rejects(open(directory), isProblem('store-damaged', /Restore a backup/));

    const copies = readdirSync(directory).filter((name) => /damaged-[^.]+$/.test(name));
    assert.equal(copies.length, 1, copies.join());
    assert.ok(readFileSync(join(directory, copies[0] as string)).equals(bytes));
    assert.ok(readFileSync(path).equals(bytes));
  });

  it('refuses a file that is no database', async () => {
    const directory = folder();
    writeFileSync(join(directory, 'maskwatch.db'), 'this is text, and long enough to be looked at');
    await assert.rejects(open(directory), isProblem('store-damaged', /not a database/));
  });

  it('refuses a SQLite that can damage its files, and takes newer ones', () => {
    for (const version of ['3.40.1', '3.51.2', '2.99.99']) {
      assert.throws(() => refuseOldLibrary(version), isProblem('store-library', /3\.51\.3/));
    }
    for (const version of ['3.51.3', '3.53.0', '4.0.0']) refuseOldLibrary(version);
  });

  it('refuses network file systems by the number that Linux gives them', () => {
    const cifs = 0xff534d42 | 0;
    assert.equal(networkFileSystem(cifs), 'CIFS');
    assert.equal(networkFileSystem(0x6969), 'NFS');
    assert.equal(networkFileSystem(0xef53), undefined, 'ext4');
    const statfs = (() => ({ type: 0x6969 })) as unknown as typeof import('node:fs').statfsSync;
    assert.throws(
      () => refuseNetworkFileSystem('/mnt/share', statfs),
      isProblem('store-network-disk', /\(NFS\).*local disk/),
    );
  });

  it('keeps all it was told over a restart', async () => {
    const directory = folder();
    const first = await open(directory);
    const alert = await first.open(anOpening('1', { deliveries: [aDelivery({ id: 'd-1' })] }));
    const claim = { endpointId: 'office', now: builtAt + 1e6, leaseUntil: builtAt + 2e6, limit: 1 };
    await first.claimDue(claim);
    await first.close();

    const second = await open(directory);

    assert.deepEqual(await second.alert('a-1'), alert);
    assert.deepEqual(await second.openViolations(), [alert.violation]);
    assert.equal((await second.claimDue(claim)).length, 1, 'the claim died with its process');
    await second.close();
  });

  it('refuses a file that another service has open', async () => {
    const directory = folder();
    const first = await open(directory);
    await first.open(anOpening('1'));
    const script = `import { openSqliteStore } from '@maskwatch/store/sqlite-store';
      import { systemClock } from '@maskwatch/platform/clock';
      const directory = ${JSON.stringify(directory)};
      await openSqliteStore({ directory, clock: systemClock }).catch((fault) => console.log(fault.code));`;

    const second = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: import.meta.dirname,
    });

    assert.equal(String(second.stdout).trim(), 'store-busy');
    await first.close();
  });

  it('leaves no picture in the file once its delivery is over', async () => {
    const directory = folder();
    const store = await open(directory);
    const body = (text: string) => JSON.stringify({ data: { id: 'kept', picture: text } });
    const deliveries = ['over', 'gone', 'waits'].map((name) =>
      aDelivery({
        id: name,
        body: body(`canary+${name}+${'A'.repeat(9000)}`),
        endpointId: name === 'gone' ? 'gone' : 'office',
      }),
    );
    await store.open(anOpening('1', { deliveries }));
    const attempt = { number: 1, startedAt: builtAt, durationMs: 1, status: 204 };
    await store.recordAttempt({ deliveryId: 'over', attempt, state: 'delivered' });
    await store.cancelExcept(['office']);
    await store.forgetAlerts(0);

    const file = readFileSync(join(directory, 'maskwatch.db'), 'latin1');
    assert.equal(statSync(join(directory, 'maskwatch.db-wal')).size, 0);
    assert.doesNotMatch(file, /canary\+(over|gone)/);
    assert.match(file, /canary\+waits/);
    assert.match(file, /"kept"/);
    await store.close();
  });
});
