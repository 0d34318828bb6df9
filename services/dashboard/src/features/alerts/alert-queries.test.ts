import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryClient } from '@tanstack/react-query';
import { anAlert } from './alert-example.ts';
import { alertQuery, alertsQuery, applyChange, newAlertsQuery } from './alert-queries.ts';

function shown() {
  const client = new QueryClient();
  const alert = anAlert({ id: 'a', sequence: 4 });
  const page = { alerts: [alert], sequence: 4, newCount: 1 };
  const list = alertsQuery({ handling: 'new' }).queryKey;
  client.setQueryData(newAlertsQuery.queryKey, page);
  client.setQueryData(list, { pages: [page], pageParams: [undefined] });
  const handlings = () => ({
    one: client.getQueryData(alertQuery('a').queryKey)?.handling,
    list: client.getQueryData(list)?.pages[0]?.alerts[0]?.handling,
    count: client.getQueryData(newAlertsQuery.queryKey)?.newCount,
  });
  return { client, alert, handlings };
}

test('brings a change into the alert, the lists and the count', () => {
  const { client, alert, handlings } = shown();
  applyChange(client, { ...alert, sequence: 5, handling: 'acknowledged' });
  assert.deepEqual(handlings(), { one: 'acknowledged', list: 'acknowledged', count: 0 });
});

test('brings a change into the lists that the open alert had learnt of before', () => {
  const { client, alert, handlings } = shown();
  const change = { ...alert, sequence: 5, handling: 'acknowledged' as const };
  client.setQueryData(alertQuery('a').queryKey, change);
  applyChange(client, change);
  assert.deepEqual(handlings(), { one: 'acknowledged', list: 'acknowledged', count: 0 });
});

test('a change that comes late brings nothing back', () => {
  const { client, alert, handlings } = shown();
  applyChange(client, { ...alert, sequence: 5, handling: 'acknowledged' });
  applyChange(client, alert);
  assert.deepEqual(handlings(), { one: 'acknowledged', list: 'acknowledged', count: 0 });
});

test('an answer that was overtaken by a change is dropped', async () => {
  const { client, alert, handlings } = shown();
  let answer = (_: typeof alert) => {};
  const fetched = client.fetchQuery({
    ...alertQuery('a'),
    queryFn: () =>
      new Promise<typeof alert>((resolve) => {
        answer = resolve;
      }),
  });
  applyChange(client, { ...alert, sequence: 5, handling: 'dismissed' });
  answer(alert);
  await fetched;
  assert.equal(handlings().one, 'dismissed');
});
