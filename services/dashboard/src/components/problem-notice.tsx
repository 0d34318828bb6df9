import { problemOf } from '../lib/api.ts';
import { Icon } from './icon.tsx';
import styles from './notice.module.css';

/** What happened and what to do, of anything thrown. */
export function ProblemNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  const { title, detail, action, errors } = problemOf(error);
  return (
    <div className={styles.notice} data-tone="bad" role="alert">
      <Icon name="warning" size={20} />
      <div>
        <h2>{title}</h2>
        {detail !== title && <p>{detail}</p>}
        {errors !== undefined && errors.length > 0 && (
          <ul>
            {errors.map(({ path, message }) => (
              <li key={path}>
                <code>{path}</code> {message}
              </li>
            ))}
          </ul>
        )}
        {action !== undefined && <p className={styles.action}>{action}</p>}
        {retry !== undefined && (
          <button type="button" onClick={retry}>
            Try again
          </button>
        )}
      </div>
    </div>
  );
}
