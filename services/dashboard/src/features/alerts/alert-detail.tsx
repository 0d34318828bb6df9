import type { Alert } from '@maskwatch/contracts/alert';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Icon } from '../../components/icon.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { TraceList } from '../../components/trace-list.tsx';
import { AlertActions } from './alert-actions.tsx';
import styles from './alert-detail.module.css';
import { AlertFacts } from './alert-facts.tsx';
import { ConditionChip, HandlingChip } from './alert-marks.tsx';
import { alertQuery } from './alert-queries.ts';
import { titleOf } from './alert-words.ts';
import { EvidencePicture } from './evidence-picture.tsx';
import { useCameraName } from './use-camera-name.ts';

const route = getRouteApi('/alerts/$id');

/** One alert: what is known of it, why it fired, and what is to be done with it. */
export function AlertDetail() {
  const { id } = route.useParams();
  const { data: alert, error, refetch } = useQuery(alertQuery(id));
  return (
    <>
      <Link to="/alerts" search className={styles.back}>
        <Icon name="back" /> All alerts
      </Link>
      {alert === undefined ? (
        error !== null && <ProblemNotice error={error} retry={() => void refetch()} />
      ) : (
        <OpenAlert key={alert.id} alert={alert} />
      )}
    </>
  );
}

function OpenAlert({ alert }: { alert: Alert }) {
  const cameraName = useCameraName();
  const { violation } = alert;
  return (
    <article className={styles.alert}>
      <header className={styles.head}>
        <h1>
          {titleOf(alert)} · {cameraName(violation.cameraId)}
        </h1>
        <HandlingChip alert={alert} />
        <ConditionChip alert={alert} />
      </header>
      <AlertActions alert={alert} />
      <div className={styles.body}>
        <EvidencePicture alert={alert} />
        <AlertFacts alert={alert} />
        {alert.trace !== undefined && (
          <section className={styles.trace} aria-label="Trace">
            <h2>Why it fired</h2>
            <TraceList trace={alert.trace} />
          </section>
        )}
      </div>
    </article>
  );
}
