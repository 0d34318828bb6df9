import type { Trace } from '@maskwatch/contracts/violation';
import { Icon } from './icon.tsx';
import styles from './trace-list.module.css';

/** The conditions of a rule in order; the first that does not hold is why it does not fire. */
export function TraceList({ trace }: { trace: Trace }) {
  const failing = trace.conditions.findIndex(({ holds }) => !holds);
  return (
    <ol className={styles.list}>
      {trace.conditions.map(({ condition, holds, detail }, index) => (
        <li key={condition} data-holds={holds} data-answer={index === failing}>
          <Icon name={holds ? 'check' : 'cross'} size={14} />
          <b>{condition}</b>
          <span>
            {detail}
            <span className={styles.word}>{holds ? ' (holds)' : ' (does not hold)'}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
