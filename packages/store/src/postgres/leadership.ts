import { Problem } from '@maskwatch/platform/problem';
import type { PoolClient } from 'pg';
import type { CameraLease, Leadership } from '../leadership.ts';
import type { Database } from './database.ts';

/** Terms and epochs in PostgreSQL, leases on its clock. */
export class PostgresLeadership implements Leadership {
  readonly #database: Database;
  #term: number | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  async claim({ hubId, leaseMs }: { hubId: string; leaseMs: number }) {
    const [row] = await this.#database.rows<{ term: number }>(
      `INSERT INTO hub_lease AS held
         VALUES (1, $1, 1, clock_timestamp() + $2 * interval '1 ms')
       ON CONFLICT (id) DO UPDATE SET
         term = held.term + CASE WHEN held.hub_id = $1 AND held.until > clock_timestamp()
           THEN 0 ELSE 1 END,
         hub_id = excluded.hub_id, until = excluded.until
       WHERE held.hub_id = $1 OR held.until <= clock_timestamp()
       RETURNING term`,
      [hubId, leaseMs],
    );
    return row;
  }

  async resign(hubId: string): Promise<void> {
    const sql = 'UPDATE hub_lease SET until = clock_timestamp() WHERE hub_id = $1';
    await this.#database.rows(sql, [hubId]);
  }

  fence(term: number): void {
    this.#term = term;
  }

  /** Within a transaction: it is ordered before or after a takeover, never beside one. */
  async requireNewest(client: PoolClient): Promise<void> {
    if (this.#term === undefined) return;
    const sql = 'SELECT term FROM hub_lease FOR SHARE';
    const { rows } = await client.query<{ term: number }>(sql);
    if (rows[0]?.term === this.#term) return;
    throw new Problem('store-fenced', 'Another hub has taken over; this one stands by.', {
      status: 503,
    });
  }

  async cameraLeases(): Promise<CameraLease[]> {
    const sql = 'SELECT camera_id, owner, epoch FROM camera_leases ORDER BY camera_id';
    type Row = { camera_id: string; owner: string; epoch: number };
    const rows = await this.#database.rows<Row>(sql);
    return rows.map(({ camera_id, owner, epoch }) => ({ cameraId: camera_id, owner, epoch }));
  }

  grant(cameraId: string, owner: string): Promise<number> {
    return this.#database.write(async (client) => {
      await this.requireNewest(client);
      const { rows } = await client.query<{ epoch: number }>(
        `INSERT INTO camera_leases AS held VALUES ($1, $2, 1)
         ON CONFLICT (camera_id) DO UPDATE SET owner = excluded.owner, epoch = held.epoch + 1
         RETURNING epoch`,
        [cameraId, owner],
      );
      return rows[0]!.epoch;
    });
  }
}
