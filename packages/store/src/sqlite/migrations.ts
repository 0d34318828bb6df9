import type { DatabaseSync } from 'node:sqlite';
import { type Migrated, refuseUnreadable, type SchemaVersion, type Step } from '../schema.ts';

/**
 * Forward only, one transaction each; the file's user_version is the number of steps it has been
 * through. A released step is never edited, a new one is added below it.
 */
export const migrations: readonly Step[] = [
  {
    readableFrom: 1,
    sql: `
  CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO counters VALUES ('sequence', 0);

  CREATE TABLE violations (
    id TEXT PRIMARY KEY,
    camera_id TEXT NOT NULL,
    rule_id TEXT NOT NULL,
    rule_version TEXT NOT NULL,
    subject TEXT NOT NULL,
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    track_id TEXT,
    box TEXT,
    started_at REAL NOT NULL,
    opened_at REAL NOT NULL,
    last_seen_at REAL NOT NULL,
    ended_at REAL,
    ended TEXT,
    unsure INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX violations_started ON violations (started_at);
  CREATE INDEX violations_open ON violations (opened_at) WHERE ended_at IS NULL;

  CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    violation_id TEXT NOT NULL UNIQUE REFERENCES violations (id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL UNIQUE,
    condition TEXT NOT NULL,
    handling TEXT NOT NULL,
    dismiss_reason TEXT,
    handled_by TEXT,
    handled_at REAL,
    evidence_missing TEXT,
    trace TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX alerts_new ON alerts (handling) WHERE handling = 'new';

  CREATE TABLE evidence (
    id TEXT PRIMARY KEY,
    alert_id TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    box TEXT NOT NULL,
    captured_at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX evidence_of_alert ON evidence (alert_id);
  CREATE INDEX evidence_age ON evidence (captured_at, bytes);

  CREATE TABLE deliveries (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    endpoint_id TEXT NOT NULL,
    alert_id TEXT REFERENCES alerts (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at REAL NOT NULL,
    next_attempt_at REAL,
    leased_until REAL NOT NULL DEFAULT 0,
    -- Last, because a picture in it is long: what stands behind it would be read through it.
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX deliveries_of_alert ON deliveries (alert_id);
  CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint_id);
  CREATE INDEX deliveries_waiting ON deliveries (endpoint_id, next_attempt_at)
    WHERE state = 'waiting';

  CREATE TABLE attempts (
    delivery_id TEXT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    endpoint_id TEXT NOT NULL,
    started_at REAL NOT NULL,
    duration_ms REAL NOT NULL,
    status INTEGER,
    error TEXT,
    PRIMARY KEY (delivery_id, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX attempts_of_endpoint ON attempts (endpoint_id, started_at);
  CREATE INDEX attempts_succeeded ON attempts (endpoint_id, started_at) WHERE error IS NULL;
  `,
  },
  {
    // What alerts are listed by stands beside their handling, so that one index answers a page of
    // many thousands of alerts. None of the three ever changes.
    readableFrom: 2,
    sql: `
  ALTER TABLE alerts ADD COLUMN camera_id TEXT NOT NULL DEFAULT '';
  ALTER TABLE alerts ADD COLUMN rule_id TEXT NOT NULL DEFAULT '';
  ALTER TABLE alerts ADD COLUMN started_at REAL NOT NULL DEFAULT 0;
  UPDATE alerts SET (camera_id, rule_id, started_at) = (
    SELECT camera_id, rule_id, started_at FROM violations
    WHERE violations.id = alerts.violation_id);
  CREATE INDEX alerts_started ON alerts (started_at);
  CREATE INDEX alerts_of_camera ON alerts (camera_id, started_at);
  CREATE INDEX alerts_of_rule ON alerts (rule_id, started_at);
  CREATE INDEX alerts_handled ON alerts (handling, started_at);
  DROP INDEX violations_started;
  DROP INDEX alerts_new;
  `,
  },
  {
    // One row: holds under way, as JSON.
    readableFrom: 2,
    sql: `
  CREATE TABLE holds (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    body TEXT NOT NULL
  ) STRICT;
  `,
  },
  {
    // The log of an endpoint is read newest first. Filters that seldom or never meet would else be
    // looked for through all that one of them names.
    readableFrom: 2,
    sql: `
  CREATE INDEX deliveries_log ON deliveries (endpoint_id, position);
  DROP INDEX deliveries_of_endpoint;
  CREATE INDEX alerts_of_camera_rule ON alerts (camera_id, rule_id, started_at);
  CREATE INDEX alerts_of_camera_handled ON alerts (camera_id, handling, started_at);
  CREATE INDEX alerts_of_rule_handled ON alerts (rule_id, handling, started_at);
  `,
  },
];

export function schemaVersion(database: DatabaseSync): SchemaVersion {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  const there = database
    .prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_readable'`)
    .get();
  if (there === undefined) return { version, readableFrom: version };
  const row = database.prepare('SELECT readable_from FROM schema_readable').get();
  return { version, readableFrom: Number(row?.readable_from ?? version) };
}

/**
 * Brings the file to the newest schema, or leaves it as it was; a newer one that this program reads is
 * left, too. Throws `store-newer`.
 */
export function migrate(database: DatabaseSync, steps: readonly Step[] = migrations): Migrated {
  const found = schemaVersion(database);
  refuseUnreadable(found, steps.length);
  for (const [index, step] of steps.entries()) {
    if (index < found.version) continue;
    database.exec('BEGIN IMMEDIATE');
    try {
      // Read again under the lock: another process may have migrated meanwhile.
      if (schemaVersion(database).version === index) runStep(database, step, index + 1);
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
  const { version, readableFrom } = schemaVersion(database);
  return { from: found.version, to: version, readableFrom };
}

function runStep(database: DatabaseSync, { sql, readableFrom }: Step, version: number): void {
  database.exec(sql);
  database.exec(`
    CREATE TABLE IF NOT EXISTS schema_readable (readable_from INTEGER NOT NULL) STRICT;
    DELETE FROM schema_readable;
    INSERT INTO schema_readable VALUES (${readableFrom});
    PRAGMA user_version = ${version}`);
}
