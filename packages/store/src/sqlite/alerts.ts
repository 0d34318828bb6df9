import type { Alert } from '@maskwatch/contracts/alert';
import type { AlertQuery } from '@maskwatch/contracts/http';
import type { Hold, Violation } from '@maskwatch/contracts/violation';
import { forgottenAtOnce, joined, mostCountedNew } from '../queries.ts';
import { type AlertRow, toAlert, toViolation, type ViolationRow } from '../rows.ts';
import type { AlertHandling, Ending, Opening, Store } from '../store.ts';
import type { Database, Statement } from './database.ts';
import type { EvidenceTable } from './evidence.ts';

/** The part of a query that each filter adds where it is given. */
const filters = {
  camera: 'alerts.camera_id = :camera',
  rule: 'alerts.rule_id = :rule',
  handling: 'alerts.handling = :handling',
  before: 'alerts.started_at < :before',
  after: 'alerts.sequence > :after',
} as const;
type Filter = keyof typeof filters;

type Counts = Awaited<ReturnType<Store['alertCounts']>>;

/** The tables `violations` and `alerts`, and the counter of changes. */
export class AlertTable {
  readonly #database: Database;
  readonly #evidence: EvidenceTable;
  readonly #listings = new Map<string, Statement<AlertRow>>();
  readonly #sql;

  constructor(database: Database, evidence: EvidenceTable) {
    this.#database = database;
    this.#evidence = evidence;
    this.#sql = prepare(database);
  }

  insert(opening: Opening): void {
    const { violation } = opening;
    this.#sql.insertViolation.run({
      id: violation.id,
      camera: violation.cameraId,
      rule: violation.ruleId,
      version: violation.ruleVersion,
      subject: violation.subject,
      severity: violation.severity,
      state: violation.state,
      track: violation.trackId,
      box: violation.box && JSON.stringify(violation.box),
      started: violation.startedAt,
      opened: violation.openedAt,
      seen: violation.lastSeenAt,
      unsure: violation.unsure ? 1 : 0,
    });
    this.#sql.insertAlert.run({
      id: opening.alertId,
      violation: violation.id,
      sequence: this.#nextSequence(),
      missing: opening.evidenceMissing,
      trace: opening.trace && JSON.stringify(opening.trace),
      camera: violation.cameraId,
      rule: violation.ruleId,
      started: violation.startedAt,
    });
    for (const evidence of opening.evidence) this.#evidence.insert(evidence);
  }

  /** The id of the alert that ended; undefined when it had already ended. */
  end({ violationId, endedAt, ended }: Ending): string | undefined {
    if (this.#sql.endViolation.run({ id: violationId, endedAt, ended }) === 0) return undefined;
    return this.#sql.endAlert.get({ violation: violationId, sequence: this.#nextSequence() })?.id;
  }

  move(moved: Pick<Violation, 'id' | 'trackId' | 'box' | 'lastSeenAt' | 'unsure'>): void {
    this.#sql.move.run({
      id: moved.id,
      track: moved.trackId,
      box: moved.box && JSON.stringify(moved.box),
      seen: moved.lastSeenAt,
      unsure: moved.unsure ? 1 : 0,
    });
  }

  openViolations(): Violation[] {
    return this.#sql.openViolations.all().map(toViolation);
  }

  keepHolds(holds: Hold[]): void {
    this.#sql.keepHolds.run({ body: JSON.stringify(holds) });
  }

  holds(): Hold[] {
    return JSON.parse(this.#sql.holds.get()?.body ?? '[]') as Hold[];
  }

  get(id: string): Alert | undefined {
    return this.#toAlert(this.#sql.byId.get({ id }));
  }

  ofViolation(id: string): Alert | undefined {
    return this.#toAlert(this.#sql.byViolation.get({ id }));
  }

  list(query: AlertQuery): Alert[] {
    const given = (Object.keys(filters) as Filter[]).filter((name) => query[name] !== undefined);
    const values = Object.fromEntries(given.map((name) => [name, query[name]]));
    return this.#listing(given)
      .all({ ...values, limit: query.limit })
      .map((row) => toAlert(row, this.#evidence.ofAlert(row.alert_id)));
  }

  /** Prepared once for each of the at most 32 sets of filters, so that each finds its index. */
  #listing(given: Filter[]): Statement<AlertRow> {
    const key = given.join();
    const known = this.#listings.get(key);
    if (known !== undefined) return known;
    const where = given.map((name) => filters[name]).join(' AND ') || 'true';
    const sql = given.includes('after') ? changedSql(where) : newestSql(where);
    const prepared = this.#database.statement<AlertRow>(sql);
    this.#listings.set(key, prepared);
    return prepared;
  }

  counts(): Counts {
    const { sequence, newCount } = this.#sql.counts.get() as Counts;
    return { sequence, newCount };
  }

  handle({ alertId, handling, reason, by, at }: AlertHandling): Alert | undefined {
    if (this.#sql.exists.get({ id: alertId }) === undefined) return undefined;
    const sequence = this.#nextSequence();
    this.#sql.handle.run({ id: alertId, handling, reason, by, at, sequence });
    return this.get(alertId);
  }

  forget(startedBefore: number): number {
    return this.#sql.forget.run({ before: startedBefore, limit: forgottenAtOnce });
  }

  #nextSequence(): number {
    return (this.#sql.nextSequence.get() as { value: number }).value;
  }

  #toAlert(row: AlertRow | undefined): Alert | undefined {
    return row && toAlert(row, this.#evidence.ofAlert(row.alert_id));
  }
}

/**
 * All that began at the same instant as a page's last row belong to that page: several people are
 * seen first on one frame, and the next page asks for what began strictly before.
 */
function newestSql(where: string): string {
  return `${joined} WHERE ${where} AND alerts.started_at >= ifnull((
      SELECT started_at FROM alerts WHERE ${where}
      ORDER BY started_at DESC LIMIT 1 OFFSET :limit - 1), -1e300)
    ORDER BY alerts.started_at DESC, sequence DESC`;
}

function changedSql(where: string): string {
  return `${joined} WHERE ${where} ORDER BY sequence LIMIT :limit`;
}

function prepare(database: Database) {
  return {
    nextSequence: database.statement<{ value: number }>(
      `UPDATE counters SET value = value + 1 WHERE name = 'sequence' RETURNING value`,
    ),
    insertViolation: database.statement(
      `INSERT INTO violations
         (id, camera_id, rule_id, rule_version, subject, severity, state, track_id, box, started_at,
          opened_at, last_seen_at, unsure)
       VALUES (:id, :camera, :rule, :version, :subject, :severity, :state, :track, :box, :started,
         :opened, :seen, :unsure)`,
    ),
    insertAlert: database.statement(
      `INSERT INTO alerts
         (id, violation_id, sequence, condition, handling, evidence_missing, trace, camera_id, rule_id,
          started_at)
       VALUES (:id, :violation, :sequence, 'firing', 'new', :missing, :trace, :camera, :rule,
         :started)`,
    ),
    endViolation: database.statement(
      `UPDATE violations SET ended_at = :endedAt, ended = :ended
       WHERE id = :id AND ended_at IS NULL`,
    ),
    endAlert: database.statement<{ id: string }>(
      `UPDATE alerts SET condition = 'ended', sequence = :sequence
       WHERE violation_id = :violation RETURNING id`,
    ),
    move: database.statement(
      `UPDATE violations SET track_id = :track, box = :box, last_seen_at = :seen, unsure = :unsure
       WHERE id = :id AND ended_at IS NULL`,
    ),
    openViolations: database.statement<ViolationRow>(
      'SELECT * FROM violations WHERE ended_at IS NULL ORDER BY opened_at, id',
    ),
    keepHolds: database.statement('INSERT OR REPLACE INTO holds (id, body) VALUES (1, :body)'),
    holds: database.statement<{ body: string }>('SELECT body FROM holds'),
    byId: database.statement<AlertRow>(`${joined} WHERE alerts.id = :id`),
    byViolation: database.statement<AlertRow>(`${joined} WHERE violations.id = :id`),
    exists: database.statement<{ id: string }>('SELECT id FROM alerts WHERE id = :id'),
    counts: database.statement<Counts>(
      `SELECT (SELECT value FROM counters WHERE name = 'sequence') AS sequence,
         (SELECT count(*) FROM (
           SELECT 1 FROM alerts WHERE handling = 'new' LIMIT ${mostCountedNew})) AS newCount`,
    ),
    handle: database.statement(
      `UPDATE alerts SET handling = :handling, dismiss_reason = :reason, handled_by = :by,
         handled_at = :at, sequence = :sequence WHERE id = :id`,
    ),
    forget: database.statement(
      `DELETE FROM violations WHERE id IN (
         SELECT violation_id FROM alerts WHERE started_at < :before AND condition = 'ended'
           AND NOT EXISTS (SELECT 1 FROM evidence WHERE alert_id = alerts.id)
           AND NOT EXISTS (
             SELECT 1 FROM deliveries WHERE alert_id = alerts.id AND deliveries.state = 'waiting')
         ORDER BY started_at LIMIT :limit)`,
    ),
  };
}
