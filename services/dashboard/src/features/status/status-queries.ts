import { Status } from '@maskwatch/contracts/http';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../../lib/api.ts';

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: () => call('/status', Status),
  refetchInterval: 3000,
});
