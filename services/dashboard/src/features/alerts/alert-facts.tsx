import type { Alert } from '@maskwatch/contracts/alert';
import { Link } from '@tanstack/react-router';
import { Fact } from '../../components/fact.tsx';
import { formatDate, formatSpan } from '../../lib/format.ts';
import { useBeat } from '../../lib/now.ts';
import { useLive } from '../live/live-context.ts';
import styles from './alert-facts.module.css';
import { SubjectMark } from './alert-marks.tsx';
import { conditionOf } from './alert-words.ts';
import { useCameraName } from './use-camera-name.ts';

/** Where, which rule, when, how it ended, and where it was sent. */
export function AlertFacts({ alert }: { alert: Alert }) {
  const cameraName = useCameraName();
  const { violation } = alert;
  useBeat();
  const live = useLive();
  const firing = alert.condition === 'firing';
  const end = firing ? live.clock.now() : (violation.endedAt ?? violation.lastSeenAt);
  return (
    <dl className={styles.facts}>
      <Fact name="State">
        <SubjectMark alert={alert} />
      </Fact>
      <Fact name="Camera">
        <Link to="/cameras/$id" params={{ id: violation.cameraId }}>
          {cameraName(violation.cameraId)}
        </Link>
      </Fact>
      <Fact name="Rule">
        {violation.ruleId}{' '}
        <small title="Version of the rule">{violation.ruleVersion.slice(0, 8)}</small>
      </Fact>
      <Fact name="Severity">{violation.severity}</Fact>
      <Fact name="Began">{formatDate(violation.startedAt)}</Fact>
      <Fact name="Told">
        {formatDate(violation.openedAt)}, after{' '}
        {formatSpan(violation.openedAt - violation.startedAt)}
      </Fact>
      <Fact name="Lasted">
        {formatSpan(end - violation.startedAt)}, {conditionOf(alert)}
      </Fact>
      {violation.unsure && <Fact name="Note">Another person nearby could have been meant.</Fact>}
      <Fact name="Sent">
        <Link to="/deliveries" search={{ alert: alert.id }}>
          Deliveries of this alert
        </Link>
      </Fact>
    </dl>
  );
}
