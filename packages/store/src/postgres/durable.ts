import { Problem } from '@maskwatch/platform/problem';
import type { Database } from './database.ts';

/** Throws `store-setting` where the server answers before a commit is on its disk. */
export async function requireDurable(database: Database): Promise<void> {
  for (const name of ['fsync', 'synchronous_commit']) {
    const [row] = await database.rows<{ value: string }>('SELECT current_setting($1) AS value', [
      name,
    ]);
    if (row?.value !== 'off') continue;
    throw new Problem('store-setting', `The PostgreSQL at ${database.place} has ${name} off.`, {
      action: `Set ${name} = on: an alert must be on disk before anybody is told.`,
    });
  }
}
