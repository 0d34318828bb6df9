import type { Evidence } from '@maskwatch/contracts/alert';
import type { EvidenceFiles } from '../evidence-files.ts';
import { type EvidenceRow, toEvidence } from '../rows.ts';
import type { Database } from './database.ts';

/** Rows of evidence that a query names. */
export async function evidenceRows(
  database: Database,
  rest: string,
  values: unknown[],
): Promise<Evidence[]> {
  const rows = await database.rows<EvidenceRow>(`SELECT * FROM evidence ${rest}`, values);
  return rows.map(toEvidence);
}

/** An alert without a picture says why, also when the picture's time was over. */
export function forgetEvidence(database: Database, ids: string[]): Promise<void> {
  return database.write(async (client) => {
    await client.query(
      `UPDATE alerts SET evidence_missing = 'Its pictures were removed by the retention settings.'
       WHERE evidence_missing IS NULL
         AND id IN (SELECT alert_id FROM evidence WHERE id = ANY($1))
         AND NOT EXISTS (
           SELECT 1 FROM evidence WHERE alert_id = alerts.id AND id <> ALL($1))`,
      [ids],
    );
    await client.query('DELETE FROM evidence WHERE id = ANY($1)', [ids]);
  });
}

/** Pictures beside the rows, so that hubs on several machines need no folder in common. */
export class PostgresFiles implements EvidenceFiles {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async write(id: string, jpeg: Uint8Array, capturedAt: number): Promise<string> {
    const path = `${new Date(capturedAt).toISOString().slice(0, 10)}/${id}.jpg`;
    const sql = `INSERT INTO evidence_files (path, bytes) VALUES ($1, $2)
      ON CONFLICT (path) DO UPDATE
        SET bytes = excluded.bytes, written_at = clock_timestamp()`;
    await this.#database.rows(sql, [path, Buffer.from(jpeg)]);
    return path;
  }

  async read(path: string): Promise<Buffer> {
    const sql = 'SELECT bytes FROM evidence_files WHERE path = $1';
    const [row] = await this.#database.rows<{ bytes: Buffer }>(sql, [path]);
    if (row === undefined) throw new Error(`there is no picture ${path}`);
    return row.bytes;
  }

  async remove(path: string): Promise<void> {
    await this.#database.rows('DELETE FROM evidence_files WHERE path = $1', [path]);
  }

  async writtenBefore(time: number): Promise<string[]> {
    const sql = 'SELECT path FROM evidence_files WHERE written_at < to_timestamp($1 / 1000.0)';
    const rows = await this.#database.rows<{ path: string }>(sql, [time]);
    return rows.map(({ path }) => path);
  }
}
