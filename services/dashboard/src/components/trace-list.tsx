import type { Trace } from '@maskwatch/contracts/violation';
import { Icon } from './icon.tsx';
import styles from './trace-list.module.css';
import { detailOf, nameOf } from './trace-words.ts';

/** The conditions of a rule in order; the first that does not hold is why it does not fire. */
export function TraceList({ trace }: { trace: Trace }) {
  const failing = trace.conditions.findIndex(({ holds }) => !holds);
  return (
    <ol className={styles.list}>
      {trace.conditions.map((asked, index) => (
        <li key={asked.condition} data-holds={asked.holds} data-answer={index === failing}>
          <Icon name={asked.holds ? 'check' : 'cross'} size={14} />
          <b>{nameOf(asked)}</b>
          <span>
            {detailOf(asked)}
            <span className={styles.word}>{asked.holds ? ' (holds)' : ' (does not hold)'}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
