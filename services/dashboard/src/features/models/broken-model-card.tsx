import type { BrokenModel } from '@maskwatch/contracts/http';
import { Chip } from '../../components/chip.tsx';
import styles from './model-card.module.css';
import { reportAddress } from './report-address.ts';

/** A folder that cannot be used: why, and what to do. */
export function BrokenModelCard({
  model: { name, problem, report, running },
}: {
  model: BrokenModel;
}) {
  return (
    <article className={styles.card} data-model={name} data-broken="true">
      <header>
        <h3>{name}</h3>
        {running && (
          <Chip tone="good" icon="live">
            running
          </Chip>
        )}
        <Chip tone="bad" icon="warning">
          cannot be used
        </Chip>
      </header>
      <p>{problem.detail}</p>
      {problem.errors !== undefined && (
        <ul className={styles.errors}>
          {problem.errors.map(({ path, message }) => (
            <li key={path}>
              <code>{path}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {problem.action !== undefined && <p>{problem.action}</p>}
      {report && (
        <div className={styles.papers}>
          <a href={reportAddress(name)} target="_blank" rel="noreferrer">
            Report<span className={styles.hidden}> of {name}, opens in a new tab</span>
          </a>
        </div>
      )}
    </article>
  );
}
