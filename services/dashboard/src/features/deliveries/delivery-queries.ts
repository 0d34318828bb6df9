import { Delivery } from '@maskwatch/contracts/delivery';
import { DeliveryList, type DeliveryQuery, EndpointList } from '@maskwatch/contracts/http';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../../lib/api.ts';

const refetchInterval = 2000;

export const endpointsQuery = queryOptions({
  queryKey: ['endpoints'],
  queryFn: async () => (await call('/endpoints', EndpointList)).endpoints,
  refetchInterval,
});

export const deliveriesQuery = (query: Partial<DeliveryQuery>) =>
  queryOptions({
    queryKey: ['deliveries', query],
    queryFn: async () => (await call('/deliveries', DeliveryList, { query })).deliveries,
    refetchInterval,
  });

export function sendTest(endpointId: string): Promise<Delivery> {
  return call(`/endpoints/${encodeURIComponent(endpointId)}/test`, Delivery, { method: 'POST' });
}
