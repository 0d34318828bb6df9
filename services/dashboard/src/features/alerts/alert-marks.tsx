import type { Alert } from '@maskwatch/contracts/alert';
import { Chip } from '../../components/chip.tsx';
import { Icon } from '../../components/icon.tsx';
import { MaskStateMark } from '../../components/mask-state-mark.tsx';
import styles from './alert-marks.module.css';
import { conditionOf, handlingOf } from './alert-words.ts';

/** What broke the rule: a mask state, or a camera that sees nothing. */
export function SubjectMark({ alert }: { alert: Alert }) {
  if (alert.violation.subject === 'person') return <MaskStateMark state={alert.violation.state} />;
  return (
    <span className={styles.camera}>
      <Icon name="blind" size={14} />
      not watched
    </span>
  );
}

export function ConditionChip({ alert }: { alert: Alert }) {
  const firing = alert.condition === 'firing';
  return (
    <Chip tone={firing ? 'bad' : 'quiet'} icon={firing ? 'pulse' : 'check'}>
      {conditionOf(alert)}
    </Chip>
  );
}

export function HandlingChip({ alert }: { alert: Alert }) {
  const icon = { new: 'bell', acknowledged: 'check', dismissed: 'cross' } as const;
  return (
    <Chip
      tone={alert.handling === 'new' ? 'bad' : 'quiet'}
      icon={icon[alert.handling]}
      loud={alert.handling === 'new'}
    >
      {handlingOf(alert)}
    </Chip>
  );
}

/** The face of the violation, small; a shape where no picture was kept. */
export function Thumbnail({ alert }: { alert: Alert }) {
  const crop = alert.evidence.find(({ kind }) => kind === 'crop');
  if (crop === undefined) {
    return (
      <span className={styles.thumbnail}>
        <Icon name={alert.violation.subject === 'camera' ? 'blind' : 'question'} size={22} />
      </span>
    );
  }
  return (
    <img
      className={styles.thumbnail}
      src={`/api/v1/evidence/${crop.id}/picture`}
      alt=""
      width="56"
      height="56"
      loading="lazy"
    />
  );
}
