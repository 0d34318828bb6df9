import { Alert } from '@maskwatch/contracts/alert';
import { AlertPage, type HandleAlert } from '@maskwatch/contracts/http';
import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
} from '@tanstack/react-query';
import { call } from '../../lib/api.ts';
import type { AlertFilter } from './alert-filter.ts';
import { mergeIntoNew, mergeIntoPages } from './alert-merge.ts';

const pageSize = 50;
const listKey = ['alerts', 'list'] as const;

/** A list of alerts, newest first, by pages; the feed keeps it up to date. */
export const alertsQuery = (filter: AlertFilter) =>
  infiniteQueryOptions({
    queryKey: [...listKey, filter],
    queryFn: ({ pageParam }) =>
      call('/alerts', AlertPage, { query: { ...filter, before: pageParam, limit: pageSize } }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ alerts }) =>
      alerts.length < pageSize ? undefined : alerts.at(-1)?.violation.startedAt,
  });

/** The alerts that nobody has handled yet, and how many there are. */
export const newAlertsQuery = queryOptions({
  queryKey: ['alerts', 'new'],
  queryFn: () => call('/alerts', AlertPage, { query: { handling: 'new', limit: 200 } }),
});

export const alertQuery = (id: string) =>
  queryOptions({
    queryKey: ['alerts', 'one', id],
    queryFn: () => call(`/alerts/${encodeURIComponent(id)}`, Alert),
    // An answer that was overtaken by a change is dropped.
    structuralSharing: (held, answer) => laterOf(held as Alert | undefined, answer as Alert),
  });

function laterOf(held: Alert | undefined, answer: Alert): Alert {
  return held !== undefined && held.sequence > answer.sequence ? held : answer;
}

/** The changes that came after a sequence, the oldest first. */
export function changesAfter(sequence: number): Promise<AlertPage> {
  return call('/alerts', AlertPage, { query: { after: sequence, limit: 200 } });
}

export function handleAlert(id: string, body: HandleAlert): Promise<Alert> {
  return call(`/alerts/${encodeURIComponent(id)}`, Alert, { method: 'PATCH', body });
}

/** Asks again for the lists and alerts that are shown; the new ones are the feed's own affair. */
export function reloadAlerts(client: QueryClient): Promise<void> {
  return client.invalidateQueries({
    predicate: ({ queryKey: [room, kind] }) => room === 'alerts' && kind !== 'new',
  });
}

/** Brings a changed alert into everything that is shown; what is older than shown does nothing. */
export function applyChange(client: QueryClient, change: Alert): void {
  const oneKey = alertQuery(change.id).queryKey;
  const known = client.getQueryData(oneKey);
  if (known !== undefined && known.sequence > change.sequence) return;
  client.setQueryData(oneKey, change);
  client.setQueryData(newAlertsQuery.queryKey, (page) => page && mergeIntoNew(page, change));
  const cache = client.getQueryCache();
  for (const { queryKey } of cache.findAll({ queryKey: listKey })) {
    const filter = queryKey[listKey.length] as AlertFilter;
    client.setQueryData<InfiniteData<AlertPage>>(
      queryKey,
      (data) => data && { ...data, pages: mergeIntoPages(data.pages, change, filter) },
    );
  }
  // A page under way may be older than the change: it must not have the last word.
  for (const key of [listKey, newAlertsQuery.queryKey]) {
    void client.invalidateQueries({ queryKey: key, fetchStatus: 'fetching' });
  }
}
