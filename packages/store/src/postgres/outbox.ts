import type { Delivery } from '@maskwatch/contracts/delivery';
import type { PoolClient } from 'pg';
import { deliveryColumns, inOrder } from '../queries.ts';
import { type AttemptRow, type DeliveryRow, toAttempt, toDelivery } from '../rows.ts';
import type { AttemptResult, DueDelivery, NewDelivery, Store } from '../store.ts';
import type { Database } from './database.ts';
import { deliveryListing } from './listings.ts';

type Claim = Parameters<Store['claimDue']>[0];
type Filter = Parameters<Store['deliveries']>[0];
type Claimed = DeliveryRow & { body: string };

export function insertDelivery(client: PoolClient, delivery: NewDelivery, alertId?: string) {
  const { id, endpointId, type, body, createdAt } = delivery;
  return client.query(
    `INSERT INTO deliveries
       (id, endpoint_id, alert_id, type, state, body, created_at, next_attempt_at)
     VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $6)`,
    [id, endpointId, alertId, type, body, createdAt],
  );
}

/** The tables `deliveries` and `attempts`. */
export class Outbox {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async get(id: string): Promise<Delivery | undefined> {
    const sql = `SELECT ${deliveryColumns} FROM deliveries WHERE id = $1`;
    return (await this.#deliveries(sql, [id]))[0];
  }

  list(filter: Filter): Promise<Delivery[]> {
    const { text, values } = deliveryListing(filter);
    return this.#deliveries(text, values);
  }

  /** Rows that another process claims in this moment are passed over. */
  async claimDue({ endpointId, now, leaseUntil, limit }: Claim): Promise<DueDelivery[]> {
    const rows = await this.#database.write(async (client) => {
      const due = await client.query<Claimed>(
        `SELECT ${deliveryColumns}, body FROM deliveries
         WHERE endpoint_id = $1 AND state = 'waiting' AND next_attempt_at <= $2
           AND leased_until <= $2 AND ${inOrder}
         ORDER BY created_at, position LIMIT $3 FOR UPDATE SKIP LOCKED`,
        [endpointId, now, limit],
      );
      await client.query('UPDATE deliveries SET leased_until = $2 WHERE id = ANY($1)', [
        due.rows.map(({ id }) => id),
        leaseUntil,
      ]);
      return due.rows;
    });
    const bodies = new Map(rows.map(({ id, body }) => [id, body]));
    const deliveries = await this.#withAttempts(rows);
    return deliveries.map((delivery) => ({ delivery, body: bodies.get(delivery.id)! }));
  }

  /** Said again after an answer that was lost it counts once. */
  async record({ deliveryId, attempt, state, nextAttemptAt }: AttemptResult): Promise<Delivery> {
    await this.#database.write(async (client) => {
      const { rows } = await client.query<DeliveryRow>(
        `SELECT ${deliveryColumns} FROM deliveries WHERE id = $1 FOR UPDATE`,
        [deliveryId],
      );
      const row = rows[0];
      if (row === undefined) throw new Error(`there is no delivery ${deliveryId}`);
      await client.query(
        `INSERT INTO attempts VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (delivery_id, number) DO UPDATE SET started_at = excluded.started_at,
           duration_ms = excluded.duration_ms, status = excluded.status, error = excluded.error`,
        [
          ...[deliveryId, attempt.number, row.endpoint_id, attempt.startedAt],
          ...[attempt.durationMs, attempt.status, attempt.error],
        ],
      );
      const waits = state === 'waiting' ? nextAttemptAt : undefined;
      // What is over stays so, but a delivery that got through after all is a fact.
      if (row.state === 'waiting' || state === 'delivered') {
        await client.query(
          `UPDATE deliveries SET state = $2, next_attempt_at = $3, leased_until = 0 WHERE id = $1`,
          [deliveryId, state, waits],
        );
      }
      if (state === 'waiting') return;
      const drop = 'UPDATE deliveries SET body = without_picture(body) WHERE id = $1';
      await client.query(drop, [deliveryId]);
    });
    return (await this.get(deliveryId)) as Delivery;
  }

  async nextDueAt(after?: number): Promise<number | undefined> {
    const [row] = await this.#database.rows<{ at: number | null }>(
      `SELECT min(greatest(next_attempt_at, leased_until)) AS at FROM deliveries
       WHERE state = 'waiting' AND ${inOrder}
         AND ($1::float8 IS NULL OR greatest(next_attempt_at, leased_until) > $1)`,
      [after],
    );
    return row?.at ?? undefined;
  }

  async cancelExcept(endpointIds: string[]): Promise<number> {
    const cancelled = await this.#database.rows(
      `UPDATE deliveries SET state = 'cancelled', next_attempt_at = NULL, leased_until = 0,
         body = without_picture(body)
       WHERE state = 'waiting' AND endpoint_id <> ALL($1) RETURNING id`,
      [endpointIds],
    );
    return cancelled.length;
  }

  async summary(endpointId: string): Promise<Awaited<ReturnType<Store['endpointSummary']>>> {
    const [row] = await this.#database.rows<{
      waiting: number;
      delivered: number | null;
      error: string | null;
    }>(
      `SELECT
         (SELECT count(*) FROM deliveries
          WHERE endpoint_id = $1 AND state = 'waiting') AS waiting,
         (SELECT started_at + duration_ms FROM attempts WHERE endpoint_id = $1 AND error IS NULL
          ORDER BY started_at DESC LIMIT 1) AS delivered,
         (SELECT error FROM attempts WHERE endpoint_id = $1
          ORDER BY started_at DESC, number DESC LIMIT 1) AS error`,
      [endpointId],
    );
    const { waiting, delivered, error } = row!;
    return {
      waiting,
      ...(delivered !== null && { lastDeliveredAt: delivered }),
      ...(error !== null && { lastError: error }),
    };
  }

  async #deliveries(sql: string, values: unknown[]): Promise<Delivery[]> {
    return this.#withAttempts(await this.#database.rows<DeliveryRow>(sql, values));
  }

  async #withAttempts(rows: DeliveryRow[]): Promise<Delivery[]> {
    if (rows.length === 0) return [];
    const attempts = await this.#database.rows<AttemptRow & { delivery_id: string }>(
      'SELECT * FROM attempts WHERE delivery_id = ANY($1) ORDER BY number',
      [rows.map(({ id }) => id)],
    );
    const of = Map.groupBy(attempts, (row) => row.delivery_id);
    return rows.map((row) => toDelivery(row, (of.get(row.id) ?? []).map(toAttempt)));
  }
}
