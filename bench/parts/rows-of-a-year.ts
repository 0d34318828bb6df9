/**
 * What the page asks of a store that 200 cameras have filled for a year: on PostgreSQL as it is without
 * any setting, through the store as the hub asks it, each question with other cameras and other days.
 * Then the plan of each, and what a backup and a restore take; SQLite with the year of ten cameras.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@maskwatch/platform/clock';
import { startPostgres } from '@maskwatch/platform/testing/postgres-server';
import { openBackup } from '@maskwatch/store/backup/read-backup';
import { transfer } from '@maskwatch/store/backup/transfer';
import { writeBackup } from '@maskwatch/store/backup/write-backup';
import {
  alertCounts,
  alertListing,
  deliveryListing,
  type Query,
} from '@maskwatch/store/postgres/listings';
import { migratePostgres, postgresSource } from '@maskwatch/store/postgres/transfer';
import { openPostgresStore } from '@maskwatch/store/postgres-store';
import { sqliteTarget } from '@maskwatch/store/sqlite/transfer';
import { openSqliteStore } from '@maskwatch/store/sqlite-store';
import type { Store } from '@maskwatch/store/store';
import {
  dayMs,
  fillYear,
  neverMeet,
  quietCamera,
  retiredEndpoint,
  retiredRule,
  seldomEndpoint,
  seldomRule,
  yearMs,
} from '@maskwatch/store/testing/year-of-rows';
import pg from 'pg';
import { median, percentile } from '../measure/numbers.ts';
import { note, printBudget, round } from '../report.ts';

const budgetMs = 100;
const alertsADay = 30;
/** Of each question; the first ones find cold pages. */
const times = 200;
const endsAt = Date.UTC(2025, 11, 31);

interface Question {
  ask(store: Store, n: number): Promise<unknown>;
  /** What PostgreSQL is asked then; its plan is shown. */
  query?(n: number): Query;
}

type AlertFilter = Parameters<typeof alertListing>[0];

const alerts = (filter: (n: number) => Omit<AlertFilter, 'limit'>): Question => ({
  ask: (store, n) => store.alerts({ limit: 50, ...filter(n) }),
  query: (n) => alertListing({ limit: 50, ...filter(n) }),
});

const deliveries = (filter: object): Question => ({
  ask: (store) => store.deliveries({ limit: 100, ...filter }),
  query: () => deliveryListing({ limit: 100, ...filter }),
});

const onlyAsked = (ask: Question['ask']): Question => ({ ask });

/** A day of the year, each time another one. */
const before = (n: number) => endsAt - yearMs + (((n * 67) % 360) + 2) * dayMs;

/** @param cameras as many as there are, the quiet one among them */
function questionsOf(cameras: number): Record<string, Question> {
  const camera = (n: number) => `camera-${1 + ((n * 7) % (cameras - 1))}`;
  const sequence = 3 * 365 * cameras * alertsADay;
  return {
    'first page': alerts(() => ({})),
    'deep page': alerts((n) => ({ before: before(n) })),
    'new ones': alerts(() => ({ handling: 'new' })),
    'a camera': alerts((n) => ({ camera: camera(n) })),
    'a camera, deep': alerts((n) => ({ camera: camera(n), before: before(n) })),
    'new of a camera, deep': alerts((n) => ({
      ...{ camera: camera(n), handling: 'new', before: before(n) },
    })),
    'a quiet camera': alerts(() => ({ camera: quietCamera })),
    'a rule of long ago': alerts(() => ({ rule: retiredRule })),
    'a seldom rule': alerts(() => ({ rule: seldomRule })),
    'filters that never meet': alerts((n) => neverMeet[n % neverMeet.length]!),
    'changed since': alerts((n) => ({ after: sequence - 100 - n })),
    'an endpoint': onlyAsked((store) => store.endpointSummary('office')),
    'next due': onlyAsked((store) => store.nextDueAt()),
    counts: { ask: (store) => store.alertCounts(), query: () => alertCounts },
    deliveries: deliveries({}),
    'deliveries of an endpoint': deliveries({ endpointId: 'office' }),
    'deliveries of an endpoint of long ago': deliveries({ endpointId: retiredEndpoint }),
    'deliveries of a seldom endpoint': deliveries({ endpointId: seldomEndpoint }),
  };
}

export async function rowsOfAYear(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-bench-year-'));
  try {
    await onPostgres(200, async (url) => {
      await measure('postgres', questionsOf(200), (await openPostgresStore({ url })).store);
      await sayPlans(url, questionsOf(200));
      await sayRetention(url);
      await sayBackup(url, join(folder, 'year.backup'));
    });
    await onPostgres(10, async (url) => {
      const [file, directory] = [join(folder, 'ten.backup'), join(folder, 'ten')];
      await sayBackup(url, file);
      const startedAt = performance.now();
      await transfer(openBackup(file), sqliteTarget(directory));
      note(`restored to SQLite and compared in ${seconds(startedAt)} s`);
      const store = await openSqliteStore({ directory, clock: systemClock });
      await measure('sqlite', questionsOf(10), store);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function onPostgres(cameras: number, work: (url: string) => Promise<void>): Promise<void> {
  const server = await startPostgres();
  try {
    await migratePostgres(server.url);
    const startedAt = performance.now();
    const count = await fillYear(server.url, { cameras, alertsADay, endsAt });
    const took = seconds(startedAt);
    note(`${cameras} cameras, ${alertsADay} alerts a day each: ${count} alerts, made in ${took} s`);
    await saySizes(server.url);
    await work(server.url);
  } finally {
    await server.close();
  }
}

/** Closes the store. */
async function measure(
  kind: string,
  questions: Record<string, Question>,
  store: Store,
): Promise<void> {
  const all: number[] = [];
  for (const [about, { ask }] of Object.entries(questions)) {
    const ms: number[] = [];
    for (let n = 0; n < times; n += 1) {
      const startedAt = performance.now();
      await ask(store, n);
      ms.push(performance.now() - startedAt);
    }
    const p99 = percentile(ms, 0.99);
    note(
      `${kind}, ${about}: p50 ${round(median(ms))} ms, p99 ${round(p99)} ms, worst ${round(Math.max(...ms))} ms`,
    );
    all.push(p99);
  }
  await store.close();
  printBudget(`rows-of-a-year-${kind}-p99-ms`, Math.max(...all), budgetMs);
}

async function rowsOf<Row extends object>(url: string, { text, values }: Query): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

async function saySizes(url: string): Promise<void> {
  const sizes = await rowsOf<{ name: string; rows: string; table: string; indexes: string }>(url, {
    text: `SELECT relname AS name, reltuples::bigint AS rows,
        pg_size_pretty(pg_table_size(oid)) AS table, pg_size_pretty(pg_indexes_size(oid)) AS indexes
      FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > 1
      ORDER BY pg_total_relation_size(oid) DESC`,
    values: [],
  });
  for (const { name, rows, table, indexes } of sizes) {
    note(`${name}: ${rows} rows, ${table}, indexes ${indexes}`);
  }
}

async function sayPlans(url: string, questions: Record<string, Question>): Promise<void> {
  for (const [about, { query }] of Object.entries(questions)) {
    if (query === undefined) continue;
    const { text, values } = query(1);
    const explained = { text: `EXPLAIN (ANALYZE, BUFFERS) ${text}`, values };
    note(`plan, ${about}:`);
    const plan = await rowsOf<{ 'QUERY PLAN': string }>(url, explained);
    for (const row of plan) note(`  ${row['QUERY PLAN']}`);
  }
}

/** The alerts of the first day go, as the retention lets them go. */
async function sayRetention(url: string): Promise<void> {
  const { store } = await openPostgresStore({ url });
  const ms: number[] = [];
  for (let gone = 1; gone > 0; ) {
    const startedAt = performance.now();
    gone = await store.forgetAlerts(endsAt - yearMs + dayMs);
    ms.push(performance.now() - startedAt);
  }
  await store.close();
  note(
    `retention: ${ms.length} calls, at most 500 alerts each: worst ${round(Math.max(...ms))} ms`,
  );
}

async function sayBackup(url: string, file: string): Promise<void> {
  const startedAt = performance.now();
  const { tables } = await writeBackup(postgresSource(url), file, { program: 'bench', madeAt: 0 });
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const megabytes = (await stat(file)).size / 1e6;
  note(`backup of ${rows} rows: ${round(megabytes)} MB in ${seconds(startedAt)} s`);
}

function seconds(startedAt: number): string {
  return ((performance.now() - startedAt) / 1000).toFixed(0);
}
