import type { Endpoint } from '@maskwatch/contracts/delivery';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Chip } from '../../components/chip.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Ago } from '../live/ago.tsx';
import { sendTest } from './delivery-queries.ts';
import styles from './endpoint-card.module.css';

export interface EndpointCardProps {
  endpoint: Endpoint;
  /** Whether only its deliveries are listed. */
  chosen: boolean;
  choose(id: string | undefined): void;
}

/** One place that alerts go to: whether it answers, and a button to try it. */
export function EndpointCard({ endpoint, chosen, choose }: EndpointCardProps) {
  const client = useQueryClient();
  const test = useMutation({
    mutationFn: () => sendTest(endpoint.id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['deliveries'] }),
  });
  return (
    <article className={styles.card}>
      <header>
        <h2>{endpoint.id}</h2>
        <EndpointState endpoint={endpoint} />
      </header>
      <code>{endpoint.url}</code>
      <p>
        {endpoint.lastDeliveredAt === undefined ? (
          'Nothing was delivered yet.'
        ) : (
          <>
            Last delivered <Ago at={endpoint.lastDeliveredAt} />.
          </>
        )}{' '}
        {endpoint.picture ? 'With picture.' : 'Without picture.'}
      </p>
      {endpoint.lastError !== undefined && <p className={styles.error}>{endpoint.lastError}</p>}
      <div className={styles.buttons}>
        <button type="button" disabled={test.isPending} onClick={() => test.mutate()}>
          {test.isPending ? 'Sending …' : 'Send a test'}
        </button>
        <button
          type="button"
          aria-pressed={chosen}
          onClick={() => choose(chosen ? undefined : endpoint.id)}
        >
          {chosen ? 'Show all deliveries' : 'Only its deliveries'}
        </button>
      </div>
      {test.isSuccess && <p role="status">A test is on its way: see the list below.</p>}
      {test.error !== null && <ProblemNotice error={test.error} />}
    </article>
  );
}

function EndpointState({ endpoint }: { endpoint: Endpoint }) {
  if (endpoint.lastError !== undefined) {
    return (
      <Chip tone="bad" icon="cross">
        failing{endpoint.waiting > 0 && `, ${endpoint.waiting} waiting`}
      </Chip>
    );
  }
  if (endpoint.waiting > 0) {
    return (
      <Chip tone="warn" icon="clock">
        {endpoint.waiting} waiting
      </Chip>
    );
  }
  return (
    <Chip tone={endpoint.lastDeliveredAt === undefined ? 'quiet' : 'good'} icon="check">
      nothing waits
    </Chip>
  );
}
