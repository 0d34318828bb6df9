/** What the page asks for again and again, as text and values: what is measured is what is asked. */
import type { AlertQuery } from '@maskwatch/contracts/http';
import { deliveryColumns, joinedWith, mostCountedNew } from '../queries.ts';
import type { Store } from '../store.ts';

export interface Query {
  text: string;
  values: unknown[];
}

/** The part of a query that each filter adds where it is given. */
const alertFilters = {
  camera: 'alerts.camera_id =',
  rule: 'alerts.rule_id =',
  handling: 'alerts.handling =',
  before: 'alerts.started_at <',
  after: 'alerts.sequence >',
} as const;

const deliveryFilters = { endpointId: 'endpoint_id =', alertId: 'alert_id =' } as const;

/**
 * Alerts with their violations, as AlertRow. All that began at the same instant as a page's last row
 * belong to that page (WITH TIES): several people are seen first on one frame, and the next page asks
 * for what began strictly before. What changed is asked for by its number, which is never twice.
 */
export function alertListing(query: AlertQuery): Query {
  const { where, values } = filtered(alertFilters, query);
  const limit = `$${values.push(query.limit)}::bigint`;
  const page =
    query.after === undefined
      ? `ORDER BY started_at DESC FETCH FIRST (${limit}) ROWS WITH TIES`
      : `ORDER BY sequence LIMIT ${limit}`;
  const order = query.after === undefined ? 'alerts.started_at DESC, sequence DESC' : 'sequence';
  const alerts = `(SELECT * FROM alerts WHERE ${where} ${page})`;
  return { text: `${joinedWith(alerts)} ORDER BY ${order}`, values };
}

/** Newest first, without their bodies. */
export function deliveryListing(filter: Parameters<Store['deliveries']>[0]): Query {
  const { where, values } = filtered(deliveryFilters, filter);
  const limit = `$${values.push(filter.limit)}`;
  const text = `SELECT ${deliveryColumns} FROM deliveries WHERE ${where} ORDER BY position DESC LIMIT ${limit}`;
  return { text, values };
}

/** In the order of an index, so that it is counted there whatever is guessed about the rows. */
export const alertCounts: Query = {
  text: `SELECT (SELECT value FROM counters WHERE name = 'sequence') AS sequence,
    (SELECT count(*) FROM (SELECT 1 FROM alerts WHERE handling = 'new'
      ORDER BY started_at DESC LIMIT ${mostCountedNew}) AS counted) AS "newCount"`,
  values: [],
};

function filtered<Name extends string>(
  filters: Record<Name, string>,
  given: Partial<Record<NoInfer<Name>, unknown>>,
): { where: string; values: unknown[] } {
  const names = (Object.keys(filters) as Name[]).filter((name) => given[name] !== undefined);
  const where = names.map((name, n) => `${filters[name]} $${n + 1}`).join(' AND ') || 'true';
  return { where, values: names.map((name) => given[name]) };
}
