import type { Alert } from '@maskwatch/contracts/alert';
import type { Delivery } from '@maskwatch/contracts/delivery';
import type { Hold, Violation } from '@maskwatch/contracts/violation';
import { type Logger, silentLogger } from '@maskwatch/platform/logger';
import { messageOf } from '@maskwatch/platform/problem';
import type { PoolClient } from 'pg';
import type { EvidenceFiles } from './evidence-files.ts';
import type { Leadership } from './leadership.ts';
import { AlertReader, end, handle, insertOpening, move } from './postgres/alerts.ts';
import { Database } from './postgres/database.ts';
import { requireDurable } from './postgres/durable.ts';
import { evidenceRows, forgetEvidence, PostgresFiles } from './postgres/evidence.ts';
import { PostgresLeadership } from './postgres/leadership.ts';
import { alertCounts, byAge } from './postgres/listings.ts';
import { migrations, schemaVersion } from './postgres/migrations.ts';
import { insertDelivery, Outbox } from './postgres/outbox.ts';
import { migratePostgres } from './postgres/transfer.ts';
import { forgottenAtOnce } from './queries.ts';
import { toViolation, type ViolationRow } from './rows.ts';
import { refuseUnreadable } from './schema.ts';
import type { Store } from './store.ts';

/** What the hubs and deliveries of many machines share; closed through the store. */
export interface PostgresStore {
  store: Store;
  files: EvidenceFiles;
  leadership: Leadership;
}

/**
 * Opens and migrates. Problems: store-unreachable, store-newer, store-setting where the server
 * answers before a commit is on its disk.
 */
export async function openPostgresStore({
  url,
  logger = silentLogger,
}: {
  url: string;
  logger?: Logger;
}): Promise<PostgresStore> {
  const database = new Database({
    url,
    onFault: (fault) =>
      logger.warn({ fault: messageOf(fault) }, 'a connection to PostgreSQL was lost'),
  });
  try {
    await requireDurable(database);
    const found = await database.write(schemaVersion);
    refuseUnreadable(found, migrations.length);
    if (found.version < migrations.length) {
      const { from, to } = await migratePostgres(url);
      if (from < to) logger.info({ from, to }, 'the schema was migrated');
    }
  } catch (fault) {
    await database.close();
    throw fault;
  }
  logger.info({ place: database.place }, 'store opened');
  const leadership = new PostgresLeadership(database);
  const files = new PostgresFiles(database);
  return { store: new ServerStore(database, leadership), files, leadership };
}

class ServerStore implements Store {
  readonly #database: Database;
  readonly #leadership: PostgresLeadership;
  readonly #alerts: AlertReader;
  readonly #outbox: Outbox;

  constructor(database: Database, leadership: PostgresLeadership) {
    this.#database = database;
    this.#leadership = leadership;
    this.#alerts = new AlertReader(database);
    this.#outbox = new Outbox(database);
  }

  open: Store['open'] = async (opening) => {
    await this.#fenced(async (client) => {
      if (!(await insertOpening(client, opening))) return;
      for (const delivery of opening.deliveries) {
        await insertDelivery(client, delivery, opening.alertId);
      }
    });
    return (await this.alert(opening.alertId)) as Alert;
  };

  end: Store['end'] = async (ending) => {
    const alertId = await this.#fenced(async (client) => {
      const ended = await end(client, ending);
      if (ended === undefined) return undefined;
      for (const delivery of ending.deliveries) await insertDelivery(client, delivery, ended);
      return ended;
    });
    return alertId === undefined ? undefined : this.alert(alertId);
  };

  moved: Store['moved'] = (violations) =>
    this.#fenced(async (client) => {
      for (const violation of violations) await move(client, violation);
    });

  async openViolations(): Promise<Violation[]> {
    const sql = 'SELECT * FROM violations WHERE ended_at IS NULL ORDER BY opened_at, id';
    return (await this.#database.rows<ViolationRow>(sql)).map(toViolation);
  }

  keepHolds: Store['keepHolds'] = (holds) =>
    this.#fenced(async (client) => {
      await client.query(
        'INSERT INTO holds VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
        [JSON.stringify(holds)],
      );
    });

  async holds(): Promise<Hold[]> {
    const [row] = await this.#database.rows<{ body: string }>('SELECT body FROM holds');
    return JSON.parse(row?.body ?? '[]') as Hold[];
  }

  alert: Store['alert'] = (id) => this.#alerts.by('alerts.id', id);

  alertOfViolation: Store['alertOfViolation'] = (id) => this.#alerts.by('violations.id', id);

  alerts: Store['alerts'] = (query) => this.#alerts.list(query);

  alertCounts: Store['alertCounts'] = async () => {
    const [row] = await this.#database.rows<{ sequence: number; newCount: number }>(
      alertCounts.text,
    );
    return row!;
  };

  handle: Store['handle'] = async (handling) => {
    const found = await this.#database.write((client) => handle(client, handling));
    return found ? this.alert(handling.alertId) : undefined;
  };

  evidence: Store['evidence'] = async (id) =>
    (await evidenceRows(this.#database, 'WHERE id = $1', [id]))[0];

  evidenceBefore: Store['evidenceBefore'] = (capturedBefore, limit) =>
    evidenceRows(this.#database, 'WHERE captured_at < $1 ORDER BY captured_at, id LIMIT $2', [
      capturedBefore,
      limit,
    ]);

  oldestEvidence: Store['oldestEvidence'] = (limit) =>
    evidenceRows(this.#database, 'ORDER BY captured_at, id LIMIT $1', [limit]);

  async evidenceBytes(): Promise<number> {
    const [row] = await this.#database.rows<{ bytes: number }>(
      'SELECT coalesce(sum(bytes), 0)::bigint AS bytes FROM evidence',
    );
    return row!.bytes;
  }

  forgetEvidence: Store['forgetEvidence'] = (ids) => forgetEvidence(this.#database, ids);

  forgetAlerts: Store['forgetAlerts'] = async (startedBefore) => {
    const forgotten = await this.#database.write(async (client) => {
      await client.query(
        `DELETE FROM deliveries
         WHERE alert_id IS NULL AND state <> 'waiting' AND created_at < $1`,
        [startedBefore],
      );
      return client.query(
        `DELETE FROM violations WHERE id IN (
           SELECT violation_id FROM alerts WHERE ${byAge} > -$1::float8 AND condition = 'ended'
             AND NOT EXISTS (SELECT 1 FROM evidence WHERE alert_id = alerts.id)
             AND NOT EXISTS (SELECT 1 FROM deliveries
               WHERE alert_id = alerts.id AND deliveries.state = 'waiting')
           ORDER BY ${byAge} DESC LIMIT $2)`,
        [startedBefore, forgottenAtOnce],
      );
    });
    return forgotten.rowCount ?? 0;
  };

  addDelivery: Store['addDelivery'] = async (delivery) => {
    await this.#database.write((client) => insertDelivery(client, delivery));
    return (await this.delivery(delivery.id)) as Delivery;
  };

  delivery: Store['delivery'] = (id) => this.#outbox.get(id);

  deliveries: Store['deliveries'] = (filter) => this.#outbox.list(filter);

  claimDue: Store['claimDue'] = (claim) => this.#outbox.claimDue(claim);

  recordAttempt: Store['recordAttempt'] = (result) => this.#outbox.record(result);

  nextDueAt: Store['nextDueAt'] = (after) => this.#outbox.nextDueAt(after);

  cancelExcept: Store['cancelExcept'] = (endpointIds) => this.#outbox.cancelExcept(endpointIds);

  endpointSummary: Store['endpointSummary'] = (id) => this.#outbox.summary(id);

  space: Store['space'] = async () => {
    const [row] = await this.#database.rows<{ bytes: number }>(
      'SELECT pg_database_size(current_database()) AS bytes',
    );
    return { path: this.#database.place, bytes: row!.bytes };
  };

  // The server's disk is not ours to keep room on.
  releaseReserve: Store['releaseReserve'] = async () => false;

  restoreReserve: Store['restoreReserve'] = async () => true;

  close: Store['close'] = () => this.#database.close();

  /** What a hub says of violations counts only while no other has taken over. */
  #fenced<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.#database.write(async (client) => {
      await this.#leadership.requireNewest(client);
      return work(client);
    });
  }
}
