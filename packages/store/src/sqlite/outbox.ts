import type { Delivery } from '@maskwatch/contracts/delivery';
import { deliveryColumns, inOrder } from '../queries.ts';
import { type AttemptRow, type DeliveryRow, toAttempt, toDelivery } from '../rows.ts';
import type { AttemptResult, DueDelivery, NewDelivery, Store } from '../store.ts';
import type { Database } from './database.ts';

/** What is over is not sent again: its picture has no reason to stay in the outbox. */
const withoutPicture = `
  CASE WHEN json_valid(body) THEN json_remove(body, '$.data.picture') ELSE body END`;

type Claim = Parameters<Store['claimDue']>[0];
type Filter = Parameters<Store['deliveries']>[0];

/** The tables `deliveries` and `attempts`. */
export class Outbox {
  readonly #sql;

  constructor(database: Database) {
    this.#sql = prepare(database);
  }

  insert(delivery: NewDelivery, alertId?: string): void {
    this.#sql.insert.run({
      id: delivery.id,
      endpoint: delivery.endpointId,
      alert: alertId,
      type: delivery.type,
      body: delivery.body,
      created: delivery.createdAt,
    });
  }

  get(id: string): Delivery | undefined {
    const row = this.#sql.byId.get({ id });
    return row && this.#toDelivery(row);
  }

  list(filter: Filter): Delivery[] {
    return this.#listed(filter).map((row) => this.#toDelivery(row));
  }

  /** An alert has few deliveries; an endpoint has as many as there are alerts. */
  #listed({ endpointId, alertId, limit }: Filter): DeliveryRow[] {
    if (alertId !== undefined) {
      return this.#sql.listOfAlert.all({ alert: alertId, endpoint: endpointId, limit });
    }
    if (endpointId === undefined) return this.#sql.list.all({ limit });
    return this.#sql.listOfEndpoint.all({ endpoint: endpointId, limit });
  }

  claimDue({ endpointId, now, leaseUntil, limit }: Claim): DueDelivery[] {
    const rows = this.#sql.due.all({ endpoint: endpointId, now, limit });
    for (const { id } of rows) this.#sql.lease.run({ id, until: leaseUntil });
    return rows.map((row) => ({ delivery: this.#toDelivery(row), body: row.body }));
  }

  record({ deliveryId, attempt, state, nextAttemptAt }: AttemptResult): Delivery {
    const row = this.#sql.byId.get({ id: deliveryId });
    if (row === undefined) throw new Error(`there is no delivery ${deliveryId}`);
    this.#sql.insertAttempt.run({
      delivery: deliveryId,
      number: attempt.number,
      endpoint: row.endpoint_id,
      started: attempt.startedAt,
      duration: attempt.durationMs,
      status: attempt.status,
      error: attempt.error,
    });
    const waits = state === 'waiting' ? nextAttemptAt : undefined;
    // What is over stays so, but a delivery that got through after all is a fact.
    if (row.state === 'waiting' || state === 'delivered') {
      this.#sql.update.run({ id: deliveryId, state, next: waits });
    }
    if (state !== 'waiting') this.#sql.dropPicture.run({ id: deliveryId });
    return this.get(deliveryId) as Delivery;
  }

  nextDueAt(after?: number): number | undefined {
    return this.#sql.nextDue.get({ after })?.at ?? undefined;
  }

  cancelExcept(endpointIds: string[]): number {
    return this.#sql.cancel.run({ endpoints: JSON.stringify(endpointIds) });
  }

  summary(endpointId: string): Awaited<ReturnType<Store['endpointSummary']>> {
    const endpoint = { endpoint: endpointId };
    const delivered = this.#sql.lastDelivered.get(endpoint);
    const last = this.#sql.lastAttempt.get(endpoint);
    return {
      waiting: this.#sql.waiting.get(endpoint)?.count ?? 0,
      ...(delivered && { lastDeliveredAt: delivered.at }),
      ...(last?.error && { lastError: last.error }),
    };
  }

  /** Test messages hang on no alert: they go with the alerts of their age. */
  forgetTests(createdBefore: number): void {
    this.#sql.forgetTests.run({ before: createdBefore });
  }

  #toDelivery(row: DeliveryRow): Delivery {
    return toDelivery(row, this.#sql.attempts.all({ delivery: row.id }).map(toAttempt));
  }
}

function prepare(database: Database) {
  return {
    insert: database.statement(
      `INSERT INTO deliveries
         (id, endpoint_id, alert_id, type, state, body, created_at, next_attempt_at)
       VALUES (:id, :endpoint, :alert, :type, 'waiting', :body, :created, :created)`,
    ),
    byId: database.statement<DeliveryRow>(
      `SELECT ${deliveryColumns} FROM deliveries WHERE id = :id`,
    ),
    attempts: database.statement<AttemptRow>(
      'SELECT * FROM attempts WHERE delivery_id = :delivery ORDER BY number',
    ),
    list: database.statement<DeliveryRow>(
      `SELECT ${deliveryColumns} FROM deliveries ORDER BY position DESC LIMIT :limit`,
    ),
    listOfEndpoint: database.statement<DeliveryRow>(
      `SELECT ${deliveryColumns} FROM deliveries WHERE endpoint_id = :endpoint
       ORDER BY position DESC LIMIT :limit`,
    ),
    listOfAlert: database.statement<DeliveryRow>(
      `SELECT ${deliveryColumns} FROM deliveries
       WHERE alert_id = :alert AND (:endpoint IS NULL OR endpoint_id = :endpoint)
       ORDER BY position DESC LIMIT :limit`,
    ),
    due: database.statement<DeliveryRow & { body: string }>(
      `SELECT ${deliveryColumns}, body FROM deliveries
       WHERE endpoint_id = :endpoint AND state = 'waiting' AND next_attempt_at <= :now
         AND leased_until <= :now AND ${inOrder}
       ORDER BY created_at, position LIMIT :limit`,
    ),
    lease: database.statement('UPDATE deliveries SET leased_until = :until WHERE id = :id'),
    insertAttempt: database.statement(
      `INSERT OR REPLACE INTO attempts
         (delivery_id, number, endpoint_id, started_at, duration_ms, status, error)
       VALUES (:delivery, :number, :endpoint, :started, :duration, :status, :error)`,
    ),
    update: database.statement(
      `UPDATE deliveries SET state = :state, next_attempt_at = :next, leased_until = 0
       WHERE id = :id`,
    ),
    dropPicture: database.statement(
      `UPDATE deliveries SET body = ${withoutPicture} WHERE id = :id`,
    ),
    nextDue: database.statement<{ at: number | null }>(
      `SELECT min(max(next_attempt_at, leased_until)) AS at FROM deliveries
       WHERE state = 'waiting' AND ${inOrder}
         AND (:after IS NULL OR max(next_attempt_at, leased_until) > :after)`,
    ),
    cancel: database.statement(
      `UPDATE deliveries SET state = 'cancelled', next_attempt_at = NULL, leased_until = 0,
         body = ${withoutPicture}
       WHERE state = 'waiting' AND endpoint_id NOT IN (SELECT value FROM json_each(:endpoints))`,
    ),
    waiting: database.statement<{ count: number }>(
      `SELECT count(*) AS count FROM deliveries
       WHERE endpoint_id = :endpoint AND state = 'waiting'`,
    ),
    lastDelivered: database.statement<{ at: number }>(
      `SELECT started_at + duration_ms AS at FROM attempts
       WHERE endpoint_id = :endpoint AND error IS NULL ORDER BY started_at DESC LIMIT 1`,
    ),
    lastAttempt: database.statement<{ error: string | null }>(
      `SELECT error FROM attempts WHERE endpoint_id = :endpoint
       ORDER BY started_at DESC, number DESC LIMIT 1`,
    ),
    forgetTests: database.statement(
      `DELETE FROM deliveries
       WHERE alert_id IS NULL AND state <> 'waiting' AND created_at < :before`,
    ),
  };
}
