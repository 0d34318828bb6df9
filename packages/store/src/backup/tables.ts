/**
 * What of a store is carried to another place. Both stores have these tables with these columns; a test
 * compares them. Left out is what is true of running processes only: until when a delivery is claimed,
 * and until when a hub is the active one.
 */

/** `bytes` are a picture: base64 in a file, and its length with its SHA-256 where rows are hashed. */
export type ColumnType = 'text' | 'integer' | 'real' | 'bytes';

export interface Table {
  name: string;
  columns: Readonly<Record<string, ColumnType>>;
  /** Columns that rows are sorted by, text by its bytes, so that two stores say them in one order. */
  order: readonly string[];
  /** Rows that are held in memory at a time. */
  batch: number;
}

const rows = 1000;

/** A table comes after those that its rows point to. */
export const tables: readonly Table[] = [
  {
    name: 'violations',
    columns: {
      id: 'text',
      camera_id: 'text',
      rule_id: 'text',
      rule_version: 'text',
      subject: 'text',
      severity: 'text',
      state: 'text',
      track_id: 'text',
      box: 'text',
      started_at: 'real',
      opened_at: 'real',
      last_seen_at: 'real',
      ended_at: 'real',
      ended: 'text',
      unsure: 'integer',
    },
    order: ['id'],
    batch: rows,
  },
  {
    name: 'alerts',
    columns: {
      id: 'text',
      violation_id: 'text',
      sequence: 'integer',
      condition: 'text',
      handling: 'text',
      dismiss_reason: 'text',
      handled_by: 'text',
      handled_at: 'real',
      evidence_missing: 'text',
      trace: 'text',
      camera_id: 'text',
      rule_id: 'text',
      started_at: 'real',
    },
    order: ['id'],
    batch: rows,
  },
  {
    name: 'evidence',
    columns: {
      id: 'text',
      alert_id: 'text',
      kind: 'text',
      path: 'text',
      bytes: 'integer',
      width: 'integer',
      height: 'integer',
      box: 'text',
      captured_at: 'real',
    },
    order: ['id'],
    batch: rows,
  },
  {
    name: 'deliveries',
    columns: {
      position: 'integer',
      id: 'text',
      endpoint_id: 'text',
      alert_id: 'text',
      type: 'text',
      state: 'text',
      created_at: 'real',
      next_attempt_at: 'real',
      body: 'text',
    },
    order: ['position'],
    // A body can hold a picture.
    batch: 100,
  },
  {
    name: 'attempts',
    columns: {
      delivery_id: 'text',
      number: 'integer',
      endpoint_id: 'text',
      started_at: 'real',
      duration_ms: 'real',
      status: 'integer',
      error: 'text',
    },
    order: ['delivery_id', 'number'],
    batch: rows,
  },
  { name: 'counters', columns: { name: 'text', value: 'integer' }, order: ['name'], batch: rows },
  { name: 'holds', columns: { id: 'integer', body: 'text' }, order: ['id'], batch: 1 },
  {
    name: 'hub_lease',
    columns: { id: 'integer', hub_id: 'text', term: 'integer' },
    order: ['id'],
    batch: rows,
  },
  {
    name: 'camera_leases',
    columns: { camera_id: 'text', owner: 'text', epoch: 'integer' },
    order: ['camera_id'],
    batch: rows,
  },
  {
    // A folder in the one store, a table in the other; of it what rows of `evidence` name.
    name: 'evidence_files',
    columns: { path: 'text', bytes: 'bytes' },
    order: ['path'],
    batch: 16,
  },
];

/** What only a store of several processes has: who of them leads, and who owns which camera. */
export const ofManyProcesses: ReadonlySet<string> = new Set(['hub_lease', 'camera_leases']);

export const isPictures = (table: Table): boolean => table.name === 'evidence_files';
