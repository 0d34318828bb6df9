/** What the page asks for again and again, as text and values: what is measured is what is asked. */
import type { AlertQuery } from '@maskwatch/contracts/http';
import { deliveryColumns, joinedWith, mostCountedNew } from '../queries.ts';
import type { Store } from '../store.ts';

export interface Query {
  text: string;
  values: unknown[];
}

/** The part of a query that each filter adds where it is given. */
const alertFilters = { camera: 'camera_id =', rule: 'rule_id =', handling: 'handling =' } as const;

const deliveryFilters = { endpointId: 'endpoint_id =', alertId: 'alert_id =' } as const;

/** The index of all alerts is one of this, so that it is never taken for a filter. */
export const byAge = '(-started_at)';

/**
 * Alerts with their violations, as AlertRow. All that began at the same instant as a page's last row
 * belong to that page (WITH TIES): several people are seen first on one frame, and the next page asks
 * for what began strictly before. What changed is asked for by its number, which is never twice.
 */
export function alertListing(query: AlertQuery): Query {
  const { camera, rule, handling, before, after, limit } = query;
  if (after !== undefined) return changedListing(query);
  const { where, values } = filtered(alertFilters, { camera, rule, handling });
  const all = values.length === 0;
  const time =
    before === undefined
      ? ''
      : `AND ${all ? `${byAge} > -` : 'started_at < '}$${values.push(before)}::float8`;
  const page = `ORDER BY ${all ? byAge : 'started_at DESC'} FETCH FIRST ($${values.push(limit)}::bigint) ROWS WITH TIES`;
  const alerts = `(SELECT * FROM alerts WHERE ${where} ${time} ${page})`;
  return { text: `${joinedWith(alerts)} ORDER BY alerts.started_at DESC, sequence DESC`, values };
}

function changedListing(query: AlertQuery): Query {
  const filters = { ...alertFilters, before: 'started_at <', after: 'sequence >' };
  const { where, values } = filtered(filters, query);
  const limit = `$${values.push(query.limit)}::bigint`;
  const alerts = `(SELECT * FROM alerts WHERE ${where} ORDER BY sequence LIMIT ${limit})`;
  return { text: `${joinedWith(alerts)} ORDER BY sequence`, values };
}

/** Newest first, without their bodies. */
export function deliveryListing(filter: Parameters<Store['deliveries']>[0]): Query {
  const { where, values } = filtered(deliveryFilters, filter);
  const limit = `$${values.push(filter.limit)}`;
  const order = filter.endpointId === undefined ? 'position DESC' : '(-position)';
  const text = `SELECT ${deliveryColumns} FROM deliveries WHERE ${where} ORDER BY ${order} LIMIT ${limit}`;
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
