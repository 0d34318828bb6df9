import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AlertQuery } from '@maskwatch/contracts/http';
import type { Engine } from '@maskwatch/platform/testing/engine';
import { startPostgres } from '@maskwatch/platform/testing/postgres-server';
import pg from 'pg';
import {
  dayMs,
  fillYear,
  neverMeet,
  quietCamera,
  retiredEndpoint,
  retiredRule,
  seldomEndpoint,
  seldomRule,
} from '../testing/year-of-rows.ts';
import { alertCounts, alertListing, deliveryListing, type Query } from './listings.ts';
import { migratePostgres } from './transfer.ts';

const endsAt = Date.UTC(2025, 11, 31);
let server: Engine;
let client: pg.Client;

before(async () => {
  server = await startPostgres();
  await migratePostgres(server.url);
  const alerts = await fillYear(server.url, { cameras: 20, alertsADay: 7, endsAt });
  assert.ok(alerts > 50_000);
  client = new pg.Client(server.url);
  await client.connect();
});
after(async () => {
  await client?.end();
  await server?.close();
});

/** Rows that a plan touches beside those that it answers with are what grows with the years. */
const touchesAtMost = 60;

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

async function planOf({ text, values }: Query): Promise<Plan[]> {
  const explain = `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`;
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(explain, values);
  const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];
  return flat(rows[0]!['QUERY PLAN'][0].Plan);
}

async function findsByIndex(query: Query, most = touchesAtMost): Promise<void> {
  const plan = await planOf(query);
  const scans = plan.filter((node) => node['Relation Name'] !== undefined);
  const whole = scans.filter((node) => node['Node Type'] === 'Seq Scan');
  const touched = scans.map(
    (node) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
  );
  const tables = whole.map((node) => node['Relation Name']).filter((name) => name !== 'counters');
  assert.deepEqual(tables, [], JSON.stringify(plan));
  assert.ok(Math.max(...touched) <= most, `touches ${Math.max(...touched)} rows`);
}

const alerts = (query: Partial<AlertQuery>) => alertListing({ limit: 50, ...query });

test('the first page of alerts reads as many rows as it shows', () => findsByIndex(alerts({})));

test('so does a page of eleven months ago', () =>
  findsByIndex(alerts({ before: endsAt - 330 * dayMs })));

test('so does a page by one filter', async () => {
  await findsByIndex(alerts({ camera: 'camera-7' }));
  await findsByIndex(alerts({ camera: quietCamera }));
  await findsByIndex(alerts({ rule: seldomRule }));
  await findsByIndex(alerts({ rule: retiredRule }));
  await findsByIndex(alerts({ handling: 'new' }));
  await findsByIndex(alerts({ handling: 'dismissed', before: endsAt - 330 * dayMs }));
});

test('filters that never meet are not looked for through all that one of them names', async () => {
  for (const query of neverMeet) await findsByIndex(alerts(query), 0);
});

test('what changed since a number is found by it', () =>
  findsByIndex(alerts({ after: 100_000, limit: 200 }), 210));

test('new alerts are counted up to a bound', () => findsByIndex(alertCounts, 10_000));

test('the log of an endpoint is read from its end, also of one that is seldom told', async () => {
  await findsByIndex(deliveryListing({ limit: 100 }), 110);
  await findsByIndex(deliveryListing({ endpointId: 'office', limit: 100 }), 110);
  await findsByIndex(deliveryListing({ endpointId: seldomEndpoint, limit: 100 }), 110);
  await findsByIndex(deliveryListing({ endpointId: retiredEndpoint, limit: 100 }), 110);
});
