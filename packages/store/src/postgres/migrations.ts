import type { PoolClient } from 'pg';
import { type Migrated, refuseUnreadable, type SchemaVersion, type Step } from '../schema.ts';

/**
 * Forward only, all in one transaction. A released step is never edited. Processes are replaced one by
 * one: those of the version before go on meanwhile, so a step only adds wherever it can.
 */
export const migrations: readonly Step[] = [
  {
    readableFrom: 1,
    sql: `
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
  },
  {
    readableFrom: 1,
    sql: `
  -- The log of an endpoint is read newest first, by another expression than that of all, for the reason below.
  CREATE INDEX deliveries_log ON deliveries (endpoint_id, (-position));
  DROP INDEX deliveries_of_endpoint;
  -- All alerts are listed by another expression than filtered ones: an index of their time alone is walked
  -- through for a filter that a third of them meets, for all months in which none did.
  CREATE INDEX alerts_by_age ON alerts ((-started_at));
  DROP INDEX alerts_started;
  -- Filters that seldom or never meet would else be looked for through all that one of them names.
  CREATE INDEX alerts_of_camera_rule ON alerts (camera_id, rule_id, started_at);
  CREATE INDEX alerts_of_camera_handled ON alerts (camera_id, handling, started_at);
  CREATE INDEX alerts_of_rule_handled ON alerts (rule_id, handling, started_at);
  -- Who leads in a store that is copied leads no more in the copy.
  ALTER TABLE hub_lease ALTER COLUMN until SET DEFAULT 'epoch';
  `,
  },
];

/** Any number; all processes that migrate wait for each other on it. */
const migrationLock = 7_301_977;

/** What a process that reads all rows holds: a migration waits for its end, not for it half way. */
export async function holdOffMigrations(client: PoolClient): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock_shared($1)', [migrationLock]);
}

/**
 * Takes no lock: a service that starts need not wait for one who migrates to find it unnecessary. The name
 * is looked for in the rows of pg_tables: to_regclass() remembers what a connection that PgBouncer hands on
 * did not find, also after another has made it.
 */
export async function schemaVersion(client: Pick<PoolClient, 'query'>): Promise<SchemaVersion> {
  const there = await client.query(
    `SELECT 1 FROM pg_tables
     WHERE tablename = 'schema_version' AND schemaname = ANY (current_schemas(false))`,
  );
  if (there.rows.length === 0) return { version: 0, readableFrom: 0 };
  const { rows } = await client.query<{ version: number; readable_from?: number }>(
    'SELECT * FROM schema_version',
  );
  const version = rows[0]?.version ?? 0;
  return { version, readableFrom: rows[0]?.readable_from ?? version };
}

/**
 * Brings the schema to the newest version or leaves it as it was; a newer one that this program reads is
 * left, too. Needs a client without limits: an index over many rows takes its time. Problem `store-newer`.
 */
export async function migrate(client: PoolClient, steps = migrations): Promise<Migrated> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
  const found = await schemaVersion(client);
  refuseUnreadable(found, steps.length);
  const from = found.version;
  if (from >= steps.length) return { from, to: from, readableFrom: found.readableFrom };
  for (const { sql } of steps.slice(from)) await client.query(sql);
  const { readableFrom } = steps.at(-1)!;
  await client.query(`
    CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL);
    ALTER TABLE schema_version ADD COLUMN IF NOT EXISTS readable_from integer;
    DELETE FROM schema_version`);
  await client.query('INSERT INTO schema_version (version, readable_from) VALUES ($1, $2)', [
    steps.length,
    readableFrom,
  ]);
  return { from, to: steps.length, readableFrom };
}
