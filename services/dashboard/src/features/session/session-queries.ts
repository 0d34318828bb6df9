import { SessionAnswer } from '@maskwatch/contracts/http';
import { queryOptions } from '@tanstack/react-query';
import { ApiProblem, call, command } from '../../lib/api.ts';

/** Whether this browser may come in: open where no token is configured. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    try {
      return await call('/session', SessionAnswer);
    } catch (error) {
      if (isRefused(error)) return 'token-wanted' as const;
      throw error;
    }
  },
});

export function isRefused(error: unknown): boolean {
  return error instanceof ApiProblem && error.details.status === 401;
}

export function signIn(token: string): Promise<void> {
  return command('/session', { method: 'POST', body: { token } });
}

export function signOut(): Promise<void> {
  return command('/session', { method: 'DELETE' });
}
