import type { Alert, Evidence } from '@maskwatch/contracts/alert';
import type { AlertQuery } from '@maskwatch/contracts/http';
import type { Violation } from '@maskwatch/contracts/violation';
import type { PoolClient } from 'pg';
import { joined } from '../queries.ts';
import { type AlertRow, type EvidenceRow, toAlert, toEvidence } from '../rows.ts';
import type { AlertHandling, Ending, Opening } from '../store.ts';
import type { Database } from './database.ts';
import { alertListing } from './listings.ts';

/** Its row is locked until the commit: numbers are seen in their order. */
export async function nextSequence(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ value: number }>(
    `UPDATE counters SET value = value + 1 WHERE name = 'sequence' RETURNING value`,
  );
  return rows[0]!.value;
}

/** False when this opening was committed before: its answer was lost, and it is said again. */
export async function insertOpening(client: PoolClient, opening: Opening): Promise<boolean> {
  const { violation } = opening;
  // Waits where the first saying is still being committed.
  const inserted = await client.query(
    `INSERT INTO violations VALUES
       ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, NULL, NULL, $13)
     ON CONFLICT (id) DO NOTHING`,
    [
      ...[violation.id, violation.cameraId, violation.ruleId, violation.ruleVersion],
      ...[violation.subject, violation.severity, violation.state, violation.trackId],
      violation.box && JSON.stringify(violation.box),
      ...[violation.startedAt, violation.openedAt, violation.lastSeenAt],
      violation.unsure ? 1 : 0,
    ],
  );
  if (inserted.rowCount === 0) return false;
  await client.query(
    `INSERT INTO alerts VALUES
       ($1, $2, $3, 'firing', 'new', NULL, NULL, NULL, $4, $5, $6, $7, $8)`,
    [
      ...[opening.alertId, violation.id, await nextSequence(client), opening.evidenceMissing],
      opening.trace && JSON.stringify(opening.trace),
      ...[violation.cameraId, violation.ruleId, violation.startedAt],
    ],
  );
  for (const evidence of opening.evidence) await insertEvidence(client, evidence);
  return true;
}

function insertEvidence(client: PoolClient, { alertId, box, ...rest }: Evidence) {
  const { id, kind, path, bytes, width, height, capturedAt } = rest;
  return client.query('INSERT INTO evidence VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)', [
    ...[id, alertId, kind, path, bytes, width, height, JSON.stringify(box), capturedAt],
  ]);
}

/** The id of the alert that ended; undefined when it had already ended. */
export async function end(client: PoolClient, ending: Ending): Promise<string | undefined> {
  const ended = await client.query(
    'UPDATE violations SET ended_at = $2, ended = $3 WHERE id = $1 AND ended_at IS NULL',
    [ending.violationId, ending.endedAt, ending.ended],
  );
  if (ended.rowCount === 0) return undefined;
  const { rows } = await client.query<{ id: string }>(
    `UPDATE alerts SET condition = 'ended', sequence = $2 WHERE violation_id = $1 RETURNING id`,
    [ending.violationId, await nextSequence(client)],
  );
  return rows[0]?.id;
}

type Moved = Pick<Violation, 'id' | 'trackId' | 'box' | 'lastSeenAt' | 'unsure'>;

export function move(client: PoolClient, moved: Moved) {
  return client.query(
    `UPDATE violations SET track_id = $2, box = $3, last_seen_at = $4, unsure = $5
     WHERE id = $1 AND ended_at IS NULL`,
    [
      ...[moved.id, moved.trackId, moved.box && JSON.stringify(moved.box)],
      ...[moved.lastSeenAt, moved.unsure ? 1 : 0],
    ],
  );
}

/** The alert's id where there is such an alert. */
export async function handle(client: PoolClient, handling: AlertHandling): Promise<boolean> {
  const { alertId, reason, by, at } = handling;
  const found = await client.query('SELECT 1 FROM alerts WHERE id = $1', [alertId]);
  if (found.rowCount === 0) return false;
  await client.query(
    `UPDATE alerts SET handling = $2, dismiss_reason = $3, handled_by = $4, handled_at = $5,
       sequence = $6 WHERE id = $1`,
    [alertId, handling.handling, reason, by, at, await nextSequence(client)],
  );
  return true;
}

/** What is asked of `violations` and `alerts`. */
export class AlertReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async by(column: 'alerts.id' | 'violations.id', id: string): Promise<Alert | undefined> {
    return (await this.#alerts(`${joined} WHERE ${column} = $1`, [id]))[0];
  }

  list(query: AlertQuery): Promise<Alert[]> {
    const { text, values } = alertListing(query);
    return this.#alerts(text, values);
  }

  async #alerts(sql: string, values: unknown[]): Promise<Alert[]> {
    const rows = await this.#database.rows<AlertRow>(sql, values);
    if (rows.length === 0) return [];
    const evidence = await this.#database.rows<EvidenceRow>(
      `SELECT * FROM evidence WHERE alert_id = ANY($1) ORDER BY kind DESC, captured_at, id`,
      [rows.map((row) => row.alert_id)],
    );
    const of = Map.groupBy(evidence.map(toEvidence), ({ alertId }) => alertId);
    return rows.map((row) => toAlert(row, of.get(row.alert_id) ?? []));
  }
}
