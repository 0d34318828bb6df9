import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Problem } from '@maskwatch/platform/problem';
import type { Source, Target } from '@maskwatch/store/backup/transfer';
import { placeOf } from '@maskwatch/store/postgres/database';
import {
  migratePostgres,
  postgresSource,
  postgresTarget,
} from '@maskwatch/store/postgres/transfer';
import type { Migrated } from '@maskwatch/store/schema';
import {
  databaseIn,
  migrateSqlite,
  sqliteSource,
  sqliteTarget,
} from '@maskwatch/store/sqlite/transfer';
import { Option } from 'commander';

/** Which of the two kinds of store is meant. */
export interface StoreOptions {
  postgres?: string;
  dataDir?: string;
}

export interface NamedStore {
  /** Without a password. */
  place: string;
  source: Source;
  target: Target;
  migrate(): Promise<Migrated>;
}

export function storeOptions(): Option[] {
  return [
    new Option('--data-dir <dir>', 'the store of one machine: the folder that it was started with'),
    new Option('--postgres <url>', 'the store of many machines').env('MASKWATCH_POSTGRES'),
  ];
}

/** A folder that is named passes over an address that only the environment names. */
export function namedStore({ postgres, dataDir }: StoreOptions): NamedStore {
  if (dataDir !== undefined) return folderStore(dataDir);
  if (postgres !== undefined && postgres !== '') return serverStore(postgres);
  throw new Problem('store-unnamed', 'No store is named.', {
    ...{ status: 400, action: 'Add --data-dir FOLDER or --postgres URL (MASKWATCH_POSTGRES).' },
  });
}

export function serverStore(url: string): NamedStore {
  return {
    place: placeOf(url),
    source: postgresSource(url),
    target: postgresTarget(url),
    migrate: () => migratePostgres(url),
  };
}

function folderStore(dataDir: string): NamedStore {
  const place = databaseIn(resolve(dataDir));
  return {
    place,
    source: sqliteSource(place),
    target: sqliteTarget(resolve(dataDir)),
    migrate: async () => migrateSqlite(place),
  };
}

/** A data folder, or a file of SQLite with the folder `evidence` beside it. */
export function sqliteAt(path: string): Pick<NamedStore, 'place' | 'source'> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const place = isFolder ? databaseIn(resolve(path)) : resolve(path);
  return { place, source: sqliteSource(place) };
}
