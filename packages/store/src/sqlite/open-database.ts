import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { absent } from '../schema.ts';
import { Database, isDamage, toProblem } from './database.ts';
import { refuseNetworkFileSystem } from './file-system.ts';
import { migrate } from './migrations.ts';

/** Before it two connections could damage a file in WAL mode (https://sqlite.org/wal.html). */
const oldestLibrary = [3, 51, 3] as const;

/** 16 MB: a WAL that a burst of pictures has made large is cut back to it after a checkpoint. */
const largestIdleWal = 16e6;

/**
 * Opens or makes DIRECTORY/maskwatch.db, checked, migrated and durable: WAL with synchronous FULL.
 * Throws `store-damaged` (a copy of the file is kept), `store-network-disk`, `store-library`,
 * `store-newer`, `store-unsafe`, `store-full`.
 */
export function openDatabase(directory: string): Database {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  refuseNetworkFileSystem(directory);
  const path = databaseIn(directory);
  // Made here so that only the service's user can read it; SQLite gives its WAL the same mode.
  closeSync(openSync(path, 'a', 0o600));
  return openFile(path, ({ connection }) => {
    migrate(connection);
    connection.exec(voidClaims);
  }).database;
}

/**
 * Opens a file that is there, checked, and hands it to `prepare` before anything else; nothing is made
 * or migrated by itself. Throws as `openDatabase` does, and `store-absent`.
 */
export function openExisting<T>(
  path: string,
  prepare: (database: Database) => T,
): { database: Database; prepared: T } {
  if (!existsSync(path)) throw absent(path);
  refuseNetworkFileSystem(dirname(path));
  return openFile(path, prepare);
}

export const databaseIn = (directory: string): string => join(directory, 'maskwatch.db');

function openFile<T>(
  path: string,
  prepare: (database: Database) => T,
): { database: Database; prepared: T } {
  let database: Database | undefined;
  try {
    database = new Database(path);
    // Before anything is read: no other process opens this file (two services would deliver twice),
    // and the WAL's index stays in memory, which a full disk cannot refuse.
    database.connection.exec('PRAGMA locking_mode = EXCLUSIVE');
    refuseOldLibrary(libraryVersion(database));
    setUp(database);
    refuseDamage(database);
    return { database, prepared: prepare(database) };
  } catch (error) {
    if (database !== undefined) closeQuietly(database);
    if (isDamage(error)) throw damaged(path, error);
    throw toProblem(error, path);
  }
}

function closeQuietly(database: Database): void {
  try {
    database.connection.close();
  } catch {
    // What made the opening fail is told; a second fault of the same file adds nothing.
  }
}

function libraryVersion({ connection }: Database): string {
  return String(connection.prepare('SELECT sqlite_version() AS version').get()?.version);
}

/** Throws `store-library`. */
export function refuseOldLibrary(version: string): void {
  const found = version.split('.').map(Number);
  const differences = oldestLibrary.map((wanted, index) => (found[index] ?? 0) - wanted);
  if ((differences.find((difference) => difference !== 0) ?? 0) >= 0) return;
  throw new Problem(
    'store-library',
    `This Node carries SQLite ${version}; from ${oldestLibrary.join('.')} on files are safe.`,
    { action: 'Use the Node version that npm installed with this program.' },
  );
}

const pragmas = {
  journal_mode: 'wal',
  synchronous: 2,
  foreign_keys: 1,
  secure_delete: 1,
  trusted_schema: 0,
  // Sorting must not need room on a disk that is full.
  temp_store: 2,
  journal_size_limit: largestIdleWal,
} as const;

/** Sets each and reads it back: SQLite ignores what it cannot do, and a typing error too. */
function setUp({ connection, path }: Database): void {
  for (const [name, wanted] of Object.entries(pragmas)) {
    connection.exec(`PRAGMA ${name} = ${wanted}`);
    const found = connection.prepare(`PRAGMA ${name}`).get()?.[name];
    if (found === wanted) continue;
    throw new Problem('store-unsafe', `${path} has ${name} ${found} where ${wanted} is needed.`, {
      action: 'Put the data directory on a local disk whose file system supports shared memory.',
    });
  }
}

/** Claims of deliveries died with the process that made them: nobody else has this file open. */
const voidClaims = 'UPDATE deliveries SET leased_until = 0 WHERE leased_until > 0';

function refuseDamage({ connection }: Database): void {
  const first = connection.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (first !== 'ok') throw Object.assign(new Error(String(first)), { errcode: 11 });
}

/** Named by the file's last change, so that restarts keep one copy, not one each. */
function damaged(path: string, cause: unknown): Problem {
  const stamp = statSync(path).mtime.toISOString().replaceAll(/[:.]/g, '-');
  const copy = `${path}.damaged-${stamp}`;
  let kept = `A copy is kept as ${copy}.`;
  try {
    if (!existsSync(copy)) copyFileSync(path, copy);
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
  } catch (error) {
    kept = `No copy could be kept (${messageOf(error)}).`;
  }
  return new Problem(
    'store-damaged',
    `The database ${path} is damaged: ${messageOf(cause)}. ${kept}`,
    {
      cause,
      action: 'Restore a backup to this place, or move the file away to start with an empty one.',
    },
  );
}
