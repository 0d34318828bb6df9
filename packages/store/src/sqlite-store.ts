import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@maskwatch/platform/clock';
import { type Logger, silentLogger } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';
import { ReserveFile } from './reserve-file.ts';
import { AlertTable } from './sqlite/alerts.ts';
import type { Database } from './sqlite/database.ts';
import { EvidenceTable } from './sqlite/evidence.ts';
import { freeBytes } from './sqlite/file-system.ts';
import { openDatabase } from './sqlite/open-database.ts';
import { Outbox } from './sqlite/outbox.ts';
import type { Store } from './store.ts';

/** 16 MB: some tens of alerts with their deliveries, if each brought a picture. */
const defaultReserveBytes = 16e6;

export interface SqliteStoreOptions {
  /** Made where absent; holds maskwatch.db with its WAL, and maskwatch.reserve. */
  directory: string;
  clock: Clock;
  logger?: Logger;
  reserveBytes?: number;
}

/** The durable plane in one file: see Store, and openDatabase for what is refused at the start. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { directory, clock, logger = silentLogger, reserveBytes = defaultReserveBytes } = options;
  const path = join(directory, 'maskwatch.reserve');
  const reserve = new ReserveFile({ path, directory, bytes: reserveBytes });
  const startedAt = clock.now();
  const database = openWithReserve(directory, reserve, logger);
  if (!reserve.restore()) {
    logger.warn({ directory, reserveBytes }, 'no room for the reserve file');
  }
  logger.info({ path: database.path, openMs: clock.now() - startedAt }, 'store opened');
  return new SqliteStore(database, reserve);
}

/** Even opening takes some room: the WAL's index. */
function openWithReserve(directory: string, reserve: ReserveFile, logger: Logger): Database {
  try {
    return openDatabase(directory);
  } catch (error) {
    if (!isFull(error) || !reserve.release()) throw error;
    logger.warn({ directory }, 'disk full at the start: the reserve file was given up');
    return openDatabase(directory);
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Problem && error.code === 'store-full';
}

/** Calls are synchronous inside: a transaction cannot meet another one half way. */
class SqliteStore implements Store {
  readonly #database: Database;
  readonly #reserve: ReserveFile;
  readonly #evidence: EvidenceTable;
  readonly #alerts: AlertTable;
  readonly #outbox: Outbox;

  constructor(database: Database, reserve: ReserveFile) {
    this.#database = database;
    this.#reserve = reserve;
    this.#evidence = new EvidenceTable(database);
    this.#alerts = new AlertTable(database, this.#evidence);
    this.#outbox = new Outbox(database);
  }

  open: Store['open'] = async (opening) =>
    this.#database.write(() => {
      this.#alerts.insert(opening);
      for (const delivery of opening.deliveries) this.#outbox.insert(delivery, opening.alertId);
      return this.#alerts.get(opening.alertId) as NonNullable<Awaited<ReturnType<Store['alert']>>>;
    });

  end: Store['end'] = async (ending) =>
    this.#database.write(() => {
      const alertId = this.#alerts.end(ending);
      if (alertId === undefined) return undefined;
      for (const delivery of ending.deliveries) this.#outbox.insert(delivery, alertId);
      return this.#alerts.get(alertId);
    });

  moved: Store['moved'] = async (violations) =>
    this.#database.write(() => {
      for (const violation of violations) this.#alerts.move(violation);
    });

  openViolations: Store['openViolations'] = async () =>
    this.#database.read(() => this.#alerts.openViolations());

  keepHolds: Store['keepHolds'] = async (holds) =>
    this.#database.write(() => this.#alerts.keepHolds(holds));

  holds: Store['holds'] = async () => this.#database.read(() => this.#alerts.holds());

  alert: Store['alert'] = async (id) => this.#database.read(() => this.#alerts.get(id));

  alertOfViolation: Store['alertOfViolation'] = async (id) =>
    this.#database.read(() => this.#alerts.ofViolation(id));

  alerts: Store['alerts'] = async (query) => this.#database.read(() => this.#alerts.list(query));

  alertCounts: Store['alertCounts'] = async () => this.#database.read(() => this.#alerts.counts());

  handle: Store['handle'] = async (handling) =>
    this.#database.write(() => this.#alerts.handle(handling));

  evidence: Store['evidence'] = async (id) => this.#database.read(() => this.#evidence.get(id));

  evidenceBefore: Store['evidenceBefore'] = async (capturedBefore, limit) =>
    this.#database.read(() => this.#evidence.before(capturedBefore, limit));

  oldestEvidence: Store['oldestEvidence'] = async (limit) =>
    this.#database.read(() => this.#evidence.oldest(limit));

  evidenceBytes: Store['evidenceBytes'] = async () =>
    this.#database.read(() => this.#evidence.bytes());

  forgetEvidence: Store['forgetEvidence'] = async (ids) =>
    this.#database.write(() => this.#evidence.forget(ids));

  forgetAlerts: Store['forgetAlerts'] = async (startedBefore) => {
    const forgotten = this.#database.write(() => {
      this.#outbox.forgetTests(startedBefore);
      return this.#alerts.forget(startedBefore);
    });
    this.#emptyWal();
    return forgotten;
  };

  addDelivery: Store['addDelivery'] = async (delivery) =>
    this.#database.write(() => {
      this.#outbox.insert(delivery);
      return this.#outbox.get(delivery.id) as NonNullable<ReturnType<Outbox['get']>>;
    });

  delivery: Store['delivery'] = async (id) => this.#database.read(() => this.#outbox.get(id));

  deliveries: Store['deliveries'] = async (filter) =>
    this.#database.read(() => this.#outbox.list(filter));

  claimDue: Store['claimDue'] = async (claim) =>
    this.#database.write(() => this.#outbox.claimDue(claim));

  recordAttempt: Store['recordAttempt'] = async (result) =>
    this.#database.write(() => this.#outbox.record(result));

  nextDueAt: Store['nextDueAt'] = async (after) =>
    this.#database.read(() => this.#outbox.nextDueAt(after));

  cancelExcept: Store['cancelExcept'] = async (endpointIds) =>
    this.#database.write(() => this.#outbox.cancelExcept(endpointIds));

  endpointSummary: Store['endpointSummary'] = async (endpointId) =>
    this.#database.read(() => this.#outbox.summary(endpointId));

  space: Store['space'] = async () => {
    const { path } = this.#database;
    const size = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    return { path, bytes: size(path) + size(`${path}-wal`), freeBytes: freeBytes(path) };
  };

  releaseReserve: Store['releaseReserve'] = async () => this.#reserve.release();

  restoreReserve: Store['restoreReserve'] = async () => this.#reserve.restore();

  close: Store['close'] = async () => {
    if (this.#database.connection.isOpen) this.#database.connection.close();
  };

  /** What was deleted stands in the WAL until it is written over: pictures must not. */
  #emptyWal(): void {
    try {
      this.#database.read(() => this.#database.connection.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
    } catch (error) {
      // The deletion itself is committed; a full disk lets the next call empty the WAL.
      if (!isFull(error)) throw error;
    }
  }
}
