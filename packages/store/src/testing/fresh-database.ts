import type { Engine } from '@maskwatch/platform/testing/engine';
import pg from 'pg';

let count = 0;

/** A new database of `server`: its address there, or at `through`, which stands before the server. */
export async function freshDatabase(server: Engine, through: Engine = server): Promise<string> {
  count += 1;
  const name = `test_${count}`;
  const client = new pg.Client(server.url);
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return through.url.replace(/postgres$/, name);
}
