import { Problem } from '@maskwatch/platform/problem';
import type { PoolClient } from 'pg';

/**
 * Forward only, all in one transaction; the index plus one is the schema's version afterwards. A
 * released entry is never edited. An entry only adds: tables, columns with a default, indexes. So
 * that the version before can read on while processes are replaced one by one.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE counters (name text PRIMARY KEY, value bigint NOT NULL);
  INSERT INTO counters VALUES ('sequence', 0);

  CREATE TABLE violations (
    id text PRIMARY KEY,
    camera_id text NOT NULL,
    rule_id text NOT NULL,
    rule_version text NOT NULL,
    subject text NOT NULL,
    severity text NOT NULL,
    state text NOT NULL,
    track_id text,
    box text,
    started_at double precision NOT NULL,
    opened_at double precision NOT NULL,
    last_seen_at double precision NOT NULL,
    ended_at double precision,
    ended text,
    unsure integer NOT NULL
  );
  CREATE INDEX violations_open ON violations (opened_at) WHERE ended_at IS NULL;

  CREATE TABLE alerts (
    id text PRIMARY KEY,
    violation_id text NOT NULL UNIQUE REFERENCES violations (id) ON DELETE CASCADE,
    sequence bigint NOT NULL UNIQUE,
    condition text NOT NULL,
    handling text NOT NULL,
    dismiss_reason text,
    handled_by text,
    handled_at double precision,
    evidence_missing text,
    trace text,
    -- Of the violation, and never changed: one index answers a page of many thousands of alerts.
    camera_id text NOT NULL,
    rule_id text NOT NULL,
    started_at double precision NOT NULL
  );
  CREATE INDEX alerts_started ON alerts (started_at);
  CREATE INDEX alerts_of_camera ON alerts (camera_id, started_at);
  CREATE INDEX alerts_of_rule ON alerts (rule_id, started_at);
  CREATE INDEX alerts_handled ON alerts (handling, started_at);

  CREATE TABLE evidence (
    id text PRIMARY KEY,
    alert_id text NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    kind text NOT NULL,
    path text NOT NULL,
    bytes bigint NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    box text NOT NULL,
    captured_at double precision NOT NULL
  );
  CREATE INDEX evidence_of_alert ON evidence (alert_id);
  CREATE INDEX evidence_age ON evidence (captured_at, bytes);

  CREATE TABLE deliveries (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    endpoint_id text NOT NULL,
    alert_id text REFERENCES alerts (id) ON DELETE CASCADE,
    type text NOT NULL,
    state text NOT NULL,
    created_at double precision NOT NULL,
    next_attempt_at double precision,
    leased_until double precision NOT NULL DEFAULT 0,
    body text NOT NULL
  );
  CREATE INDEX deliveries_of_alert ON deliveries (alert_id);
  CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint_id);
  CREATE INDEX deliveries_waiting ON deliveries (endpoint_id, next_attempt_at)
    WHERE state = 'waiting';

  CREATE TABLE attempts (
    delivery_id text NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number integer NOT NULL,
    endpoint_id text NOT NULL,
    started_at double precision NOT NULL,
    duration_ms double precision NOT NULL,
    status integer,
    error text,
    PRIMARY KEY (delivery_id, number)
  );
  CREATE INDEX attempts_of_endpoint ON attempts (endpoint_id, started_at);
  CREATE INDEX attempts_succeeded ON attempts (endpoint_id, started_at) WHERE error IS NULL;

  CREATE TABLE holds (id integer PRIMARY KEY CHECK (id = 1), body text NOT NULL);

  CREATE TABLE hub_lease (
    id integer PRIMARY KEY CHECK (id = 1),
    hub_id text NOT NULL,
    term bigint NOT NULL,
    until timestamptz NOT NULL
  );
  CREATE TABLE camera_leases (camera_id text PRIMARY KEY, owner text NOT NULL, epoch bigint NOT NULL);

  CREATE TABLE evidence_files (
    path text PRIMARY KEY,
    bytes bytea NOT NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  -- A JPEG does not get smaller: it is not tried.
  ALTER TABLE evidence_files ALTER COLUMN bytes SET STORAGE EXTERNAL;

  -- What is over is not sent again: its picture has no reason to stay. A body that is no JSON stays.
  CREATE FUNCTION without_picture(body text) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN
    RETURN (body::jsonb #- '{data,picture}')::text;
  EXCEPTION WHEN others THEN
    RETURN body;
  END $$;
  `,
];

/** Any number; all processes that migrate wait for each other on it. */
const migrationLock = 7_301_977;

/** Brings the schema to the newest version or leaves it as it was. Problem `store-newer`. */
export async function migrate(client: PoolClient, steps = migrations): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
  await client.query('CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)');
  const { rows } = await client.query<{ version: number }>('SELECT version FROM schema_version');
  const found = rows[0]?.version ?? 0;
  if (found > steps.length) {
    throw new Problem(
      'store-newer',
      `The database has schema version ${found}; this program knows up to ${steps.length}.`,
      { action: 'Start the newer version again, or restore a backup made before the upgrade.' },
    );
  }
  for (const sql of steps.slice(found)) await client.query(sql);
  if (found === steps.length) return;
  await client.query('DELETE FROM schema_version');
  await client.query('INSERT INTO schema_version VALUES ($1)', [steps.length]);
}
