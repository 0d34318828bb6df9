import { QueryCache, QueryClient } from '@tanstack/react-query';
import { isRefused, sessionQuery } from '../features/session/session-queries.ts';

/** Tries again what did not answer; a refused session brings the token page back. */
export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isRefused(error)) void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
      },
    }),
    defaultOptions: {
      // The service stands on this network, often on this machine: there is no "offline" for it.
      queries: { networkMode: 'always', retry: 1, retryDelay: 1000, staleTime: 10_000 },
      mutations: { networkMode: 'always' },
    },
  });
  return client;
}
