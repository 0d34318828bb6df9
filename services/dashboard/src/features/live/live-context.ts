import type { ProblemDetails } from '@maskwatch/contracts/problem';
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Link, LiveConnection } from './live-connection.ts';

export const LiveContext = createContext<LiveConnection | undefined>(undefined);

export function useLive(): LiveConnection {
  const live = useContext(LiveContext);
  if (live === undefined) throw new Error('used outside of the live provider');
  return live;
}

export function useLink(): Link {
  const live = useLive();
  return useSyncExternalStore(live.subscribeLink, live.link);
}

export function useRefusal(): ProblemDetails | undefined {
  const live = useLive();
  return useSyncExternalStore(live.subscribeLink, live.refusal);
}
