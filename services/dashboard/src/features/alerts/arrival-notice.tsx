import { Link, useLocation } from '@tanstack/react-router';
import { Icon } from '../../components/icon.tsx';
import { useAlertServices, useArrivals } from './alert-context.ts';
import { Thumbnail } from './alert-marks.tsx';
import { titleOf } from './alert-words.ts';
import styles from './arrival-notice.module.css';
import { useCameraName } from './use-camera-name.ts';

/**
 * Tells of an alert that has just come, in a corner, over nothing that is being pressed; not where
 * the page shows it anyway: the list, and the wall with its marked tiles.
 */
export function ArrivalNotice() {
  const { arrivals } = useAlertServices();
  const cameraName = useCameraName();
  const list = useArrivals();
  const shown = useLocation({
    select: ({ pathname }) => pathname === '/' || pathname.startsWith('/alerts'),
  });
  return (
    <div className={styles.corner} role="status" aria-live="polite" data-quiet={shown}>
      {list.map((alert) =>
        shown ? (
          <p key={alert.id}>
            New alert: {titleOf(alert).toLowerCase()}, {cameraName(alert.violation.cameraId)}
          </p>
        ) : (
          <div key={alert.id} className={styles.card} data-testid="arrival">
            <Thumbnail alert={alert} />
            <Link
              to="/alerts/$id"
              params={{ id: alert.id }}
              onClick={() => arrivals.remove([alert.id])}
            >
              <b>New alert: {titleOf(alert).toLowerCase()}</b>
              <span>{cameraName(alert.violation.cameraId)}</span>
            </Link>
            <button type="button" aria-label="Put away" onClick={() => arrivals.remove([alert.id])}>
              <Icon name="cross" />
            </button>
          </div>
        ),
      )}
    </div>
  );
}
