import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { sessionQuery } from './session-queries.ts';
import styles from './token-page.module.css';
import { TokenPage } from './token-page.tsx';

/** Lets the page through once the service grants access; asks for the token where it wants one. */
export function SessionGate({ children }: { children: ReactNode }) {
  const { data, error, refetch } = useQuery({
    ...sessionQuery,
    refetchInterval: ({ state }) => (state.data === undefined ? 2000 : false),
  });
  if (data === 'token-wanted') return <TokenPage />;
  if (data !== undefined) return children;
  return (
    <main className={styles.page}>
      {error === null ? (
        <p role="status">Asking the service …</p>
      ) : (
        <ProblemNotice error={error} retry={() => void refetch()} />
      )}
    </main>
  );
}
