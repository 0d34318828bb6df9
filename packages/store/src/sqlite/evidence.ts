import type { Evidence } from '@maskwatch/contracts/alert';
import { type EvidenceRow, toEvidence } from '../rows.ts';
import type { Database } from './database.ts';

/** The table `evidence`: what files there are. */
export class EvidenceTable {
  readonly #sql;

  constructor(database: Database) {
    this.#sql = prepare(database);
  }

  insert(evidence: Evidence): void {
    const { alertId, capturedAt, box, ...rest } = evidence;
    this.#sql.insert.run({
      ...rest,
      alert: alertId,
      captured: capturedAt,
      box: JSON.stringify(box),
    });
  }

  get(id: string): Evidence | undefined {
    const row = this.#sql.byId.get({ id });
    return row && toEvidence(row);
  }

  ofAlert(alertId: string): Evidence[] {
    return this.#sql.ofAlert.all({ alert: alertId }).map(toEvidence);
  }

  before(capturedBefore: number, limit: number): Evidence[] {
    return this.#sql.before.all({ before: capturedBefore, limit }).map(toEvidence);
  }

  oldest(limit: number): Evidence[] {
    return this.#sql.oldest.all({ limit }).map(toEvidence);
  }

  bytes(): number {
    return this.#sql.bytes.get()?.bytes ?? 0;
  }

  forget(ids: string[]): void {
    const list = JSON.stringify(ids);
    this.#sql.explain.run({ ids: list });
    this.#sql.forget.run({ ids: list });
  }
}

function prepare(database: Database) {
  return {
    insert: database.statement(
      `INSERT INTO evidence (id, alert_id, kind, path, bytes, width, height, box, captured_at)
       VALUES (:id, :alert, :kind, :path, :bytes, :width, :height, :box, :captured)`,
    ),
    byId: database.statement<EvidenceRow>('SELECT * FROM evidence WHERE id = :id'),
    ofAlert: database.statement<EvidenceRow>(
      'SELECT * FROM evidence WHERE alert_id = :alert ORDER BY kind DESC, captured_at, id',
    ),
    before: database.statement<EvidenceRow>(
      `SELECT * FROM evidence WHERE captured_at < :before ORDER BY captured_at, id LIMIT :limit`,
    ),
    oldest: database.statement<EvidenceRow>(
      'SELECT * FROM evidence ORDER BY captured_at, id LIMIT :limit',
    ),
    bytes: database.statement<{ bytes: number }>(
      'SELECT ifnull(sum(bytes), 0) AS bytes FROM evidence',
    ),
    // An alert without a picture says why, also when the picture's time was over.
    explain: database.statement(
      `UPDATE alerts SET evidence_missing = 'Its pictures were removed by the retention settings.'
       WHERE evidence_missing IS NULL
         AND id IN (SELECT alert_id FROM evidence WHERE id IN (SELECT value FROM json_each(:ids)))
         AND NOT EXISTS (SELECT 1 FROM evidence WHERE alert_id = alerts.id
           AND id NOT IN (SELECT value FROM json_each(:ids)))`,
    ),
    forget: database.statement(
      'DELETE FROM evidence WHERE id IN (SELECT value FROM json_each(:ids))',
    ),
  };
}
