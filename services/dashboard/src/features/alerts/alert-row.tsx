import type { Alert } from '@maskwatch/contracts/alert';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { formatClock } from '../../lib/format.ts';
import { Ago } from '../live/ago.tsx';
import { useLive } from '../live/live-context.ts';
import { ConditionChip, HandlingChip, SubjectMark, Thumbnail } from './alert-marks.tsx';
import styles from './alert-row.module.css';
import { useCameraName } from './use-camera-name.ts';

/** One alert in the list; `marked` is the one that the keys act on. */
export function AlertRow({ alert, marked }: { alert: Alert; marked: boolean }) {
  const live = useLive();
  const cameraName = useCameraName();
  const link = useRef<HTMLAnchorElement>(null);
  const { violation } = alert;
  useEffect(() => {
    if (marked) link.current?.scrollIntoView({ block: 'nearest' });
  }, [marked]);
  return (
    <li>
      <Link
        ref={link}
        to="/alerts/$id"
        params={{ id: alert.id }}
        search
        className={styles.row}
        data-alert={alert.id}
        data-handling={alert.handling}
        data-marked={marked}
        aria-current={marked ? 'true' : undefined}
      >
        <Thumbnail alert={alert} />
        <span className={styles.text}>
          <span className={styles.line}>
            <SubjectMark alert={alert} />
            <span className={styles.time}>
              {formatClock(violation.startedAt, live.clock.now())}
            </span>
          </span>
          <span className={styles.line}>
            <span className={styles.place}>
              {cameraName(violation.cameraId)} · {violation.ruleId}
            </span>
            <span className={styles.ago}>
              <Ago at={violation.openedAt} />
            </span>
          </span>
          <span className={styles.chips}>
            <HandlingChip alert={alert} />
            <ConditionChip alert={alert} />
          </span>
        </span>
      </Link>
    </li>
  );
}
