import { ModelList, Status } from '@maskwatch/contracts/http';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../../lib/api.ts';

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: () => call('/status', Status),
  refetchInterval: 3000,
});

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: async () => (await call('/models', ModelList)).models,
  staleTime: Number.POSITIVE_INFINITY,
});
