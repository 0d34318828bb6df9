/** The rows that cameras leave behind in a year, made by the server itself. */
import pg from 'pg';

export interface Year {
  cameras: number;
  /** Of each camera: one each 48 minutes at 30, day and night. */
  alertsADay: number;
  /** When the year ends, in milliseconds. */
  endsAt: number;
}

export const dayMs = 86_400_000;
export const yearMs = 365 * dayMs;
/** Most rules are never broken on all cameras, and most are not handled in all ways. */
export const neverMeet = [
  { camera: 'camera-1', rule: 'incorrect' },
  { camera: 'camera-1', handling: 'dismissed' },
  { rule: 'incorrect', handling: 'new' },
  { rule: 'no_mask', handling: 'dismissed' },
] as const;
/** Alerts of this camera, and of this rule: one a month. */
export const quietCamera = 'camera-quiet';
export const seldomRule = 'seldom';
/** Its alerts are a sixth of all, and none came in the last eight months; nor did one that is new. */
export const retiredRule = 'retired';
/** Of all endpoints it is told of the quiet camera only. */
export const seldomEndpoint = 'night';
/** A quarter of all deliveries went to it, and none in the last eight months. */
export const retiredEndpoint = 'pager';
/** Pictures are kept for as long as the config says where it says nothing. */
const picturesMs = 3 * dayMs;
/** Still open at the end of the year. */
const open = 40;

/** Puts the rows into an empty, migrated store; returns how many alerts there are. */
export async function fillYear(url: string, year: Year): Promise<number> {
  const alerts = year.cameras * year.alertsADay * 365;
  const client = new pg.Client(url);
  await client.connect();
  try {
    // What a row points to need not be looked up: it was made by the same numbers.
    await client.query(`SET work_mem = '64MB'; SET session_replication_role = replica`);
    for (const sql of statements(year, alerts)) await client.query(sql);
    await client.query('VACUUM (ANALYZE)');
    return alerts;
  } finally {
    await client.end();
  }
}

const trace = JSON.stringify({
  ...{ trackId: '55a7ff6f-fbdb-49d9-ac16-622c760f6d68', ruleId: 'no_mask', at: 0 },
  conditions: ['camera', 'zone', 'poster', 'size', 'votes', 'state', 'hold'].map((condition) => ({
    ...{ condition, holds: true, detail: 'votes 4.1 for no_mask, 3.2 s of 3.0 s' },
  })),
});

const body = JSON.stringify({
  ...{ type: 'alert.ended', timestamp: '2026-03-02T09:31:07.120Z' },
  data: {
    ...{ id: '0b6f6f0e-6f0f-4b0a-9d53-5f0c2a9b7f11', camera: 'camera-100', rule: 'no_mask' },
    ...{ severity: 'high', state: 'no_mask', startedAt: '2026-03-02T09:30:41.480Z' },
    ...{ endedAt: '2026-03-02T09:31:04.020Z', ended: 'complied' },
    url: 'http://localhost:8787/alerts/0b6f6f0e-6f0f-4b0a-9d53-5f0c2a9b7f11',
  },
});

/** The id of alert n: as little in the order of time as a random one. */
const id = (kind: string, n = 'n') => `md5('${kind}' || ${n})::uuid::text`;

function statements({ cameras, endsAt }: Year, alerts: number): string[] {
  const month = Math.round(alerts / 12);
  const chance = `('x' || substr(md5(n::text), 1, 7))::bit(28)::int`;
  const camera = `CASE WHEN n % ${month} = 7 THEN '${quietCamera}'
    WHEN n % 33 = 0 THEN 'camera-' || (2 + ${chance} % ${cameras - 2})
    ELSE 'camera-' || (1 + ${chance} % ${cameras - 1}) END`;
  const early = `n <= ${Math.round(alerts / 3)}`;
  const rule = `CASE WHEN n % ${month} = 10 THEN '${seldomRule}'
    WHEN n % 33 = 0 THEN 'incorrect' WHEN ${early} AND n % 2 = 0 THEN '${retiredRule}'
    ELSE 'no_mask' END`;
  const handling = `CASE WHEN n % 33 = 0 THEN 'dismissed' WHEN ${early} THEN 'new'
    ELSE 'acknowledged' END`;
  const startedAt = `${endsAt - yearMs} + n::float8 * ${yearMs / alerts}`;
  const all = `generate_series(1, ${alerts}) AS n`;
  const ended = `n <= ${alerts - open}`;
  const withPictures = Math.round(alerts * (1 - picturesMs / yearMs));
  return [
    `INSERT INTO violations
     SELECT ${id('v')}, ${camera}, ${rule}, 'f8fecefa', 'person', 'high', 'no_mask', ${id('t')},
       '[293,222.2,78.5,98.2]', ${startedAt}, ${startedAt} + 3000, ${startedAt} + 17000,
       CASE WHEN ${ended} THEN ${startedAt} + 20000 END, CASE WHEN ${ended} THEN 'complied' END, 0
     FROM ${all}`,
    // An alert changes three times: opened, ended, handled.
    `INSERT INTO alerts
     SELECT ${id('a')}, ${id('v')}, 3 * n, CASE WHEN ${ended} THEN 'ended' ELSE 'firing' END,
       ${handling}, CASE WHEN n % 33 = 0 THEN 'wrong' END,
       CASE WHEN NOT ${early} THEN 'operator' END,
       CASE WHEN NOT ${early} THEN ${startedAt} + 60000 END, NULL, '${trace}', ${camera}, ${rule},
       ${startedAt}
     FROM ${all}`,
    `UPDATE counters SET value = ${3 * alerts}`,
    `INSERT INTO evidence
     SELECT ${id('e', 'n || kind')}, ${id('a')}, kind, n || kind, 60000, 1280, 720,
       '[169,206.3,84.5,103.5]', ${startedAt}
     FROM generate_series(${withPictures}, ${alerts}) AS n,
       (VALUES ('picture'), ('crop')) AS kinds (kind)`,
    `INSERT INTO deliveries (id, endpoint_id, alert_id, type, state, created_at, body)
     SELECT ${id('d', 'n || type || endpoint')}, endpoint, ${id('a')}, type, 'delivered',
       ${startedAt} + after, '${body}'
     FROM ${all}, (VALUES ('alert.firing', 3000), ('alert.ended', 20000)) AS types (type, after),
       (VALUES ('office'), ('${seldomEndpoint}'), ('${retiredEndpoint}')) AS endpoints (endpoint)
     WHERE endpoint = 'office' OR endpoint = '${retiredEndpoint}' AND ${early}
       OR endpoint = '${seldomEndpoint}' AND n % ${month} = 7`,
    `INSERT INTO attempts
     SELECT id, 1, endpoint_id, created_at + 5, 38.2, 204, NULL FROM deliveries`,
  ];
}
