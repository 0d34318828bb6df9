import { Link } from '@tanstack/react-router';
import { formatClock } from '../../lib/format.ts';
import { Ago } from '../live/ago.tsx';
import { useLive } from '../live/live-context.ts';
import { useNewAlerts } from './alert-context.ts';
import { SubjectMark, Thumbnail } from './alert-marks.tsx';
import styles from './new-alerts-rail.module.css';
import { useCalmList } from './use-calm-list.ts';
import { useCameraName } from './use-camera-name.ts';

const limit = 8;

/** Beside the wall: the alerts that nobody has handled yet, newest first. */
export function NewAlertsRail() {
  const live = useLive();
  const cameraName = useCameraName();
  const { alerts, count } = useNewAlerts();
  const { shown, watch } = useCalmList(alerts);
  return (
    <aside className={styles.rail} {...watch} aria-label="New alerts">
      <h2>
        New alerts <span>{count}</span>
      </h2>
      {count === 0 && <p className={styles.empty}>Nothing waits for you.</p>}
      <ol>
        {shown.slice(0, limit).map((alert) => (
          <li key={alert.id}>
            <Link
              to="/alerts/$id"
              params={{ id: alert.id }}
              search={{ handling: 'new' }}
              data-firing={alert.condition === 'firing'}
            >
              <Thumbnail alert={alert} />
              <span>
                <SubjectMark alert={alert} />
                <span className={styles.place}>{cameraName(alert.violation.cameraId)}</span>
                <span className={styles.time}>
                  {formatClock(alert.violation.startedAt, live.clock.now())} ·{' '}
                  <Ago at={alert.violation.openedAt} />
                </span>
              </span>
            </Link>
          </li>
        ))}
      </ol>
      {count > 0 && (
        <Link to="/alerts" search={{ handling: 'new' }} className={styles.all}>
          {count > limit ? `All ${count} new alerts` : 'Handle them'}
        </Link>
      )}
    </aside>
  );
}
