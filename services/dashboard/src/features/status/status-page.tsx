import { useQuery } from '@tanstack/react-query';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { camerasQuery } from '../live/camera-queries.ts';
import { CameraTable } from './camera-table.tsx';
import { InferenceFacts } from './inference-facts.tsx';
import { ModelFacts } from './model-facts.tsx';
import { Readiness } from './readiness.tsx';
import { ScaledTable } from './scaled-table.tsx';
import { ServiceFacts } from './service-facts.tsx';
import styles from './status-page.module.css';
import { statusQuery } from './status-queries.ts';
import { VisionFacts } from './vision-facts.tsx';

/** Whether all is well, and if not, what is not. */
export function StatusPage() {
  const { data: status, error, refetch } = useQuery(statusQuery);
  const { data: cameras } = useQuery(camerasQuery);
  return (
    <div className={styles.page}>
      <h1>Status</h1>
      {error !== null && <ProblemNotice error={error} retry={() => void refetch()} />}
      {status !== undefined && <Readiness status={status} cameras={cameras ?? []} />}
      {cameras !== undefined && <CameraTable cameras={cameras} />}
      {status?.scaled !== undefined && (
        <div className={styles.services}>
          <ScaledTable scaled={status.scaled} />
        </div>
      )}
      {status !== undefined && (
        <div className={styles.cards}>
          {status.scaled === undefined ? (
            <VisionFacts status={status} />
          ) : (
            <InferenceFacts scaled={status.scaled} />
          )}
          <ServiceFacts status={status} />
          <ModelFacts status={status} />
        </div>
      )}
    </div>
  );
}
