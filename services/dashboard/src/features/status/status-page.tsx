import { useQuery } from '@tanstack/react-query';
import { Icon } from '../../components/icon.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { camerasQuery } from '../live/camera-queries.ts';
import { CameraTable } from './camera-table.tsx';
import { ModelFacts } from './model-facts.tsx';
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
      {status !== undefined && (
        <section className={styles.ready} data-well={status.reasons.length === 0} role="status">
          <Icon name={status.reasons.length === 0 ? 'check' : 'warning'} size={20} />
          {status.reasons.length === 0 ? (
            <p>All is well: the service is ready.</p>
          ) : (
            <ul>
              {status.reasons.map(({ code, detail }) => (
                <li key={code + detail}>
                  <b>{code}</b> {detail}
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
      {cameras !== undefined && <CameraTable cameras={cameras} />}
      {status !== undefined && (
        <div className={styles.cards}>
          <VisionFacts status={status} />
          <ServiceFacts status={status} />
          <ModelFacts status={status} />
        </div>
      )}
    </div>
  );
}
