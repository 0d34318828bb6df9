import type { Alert } from '@maskwatch/contracts/alert';
import { useIsMutating } from '@tanstack/react-query';
import { Icon } from '../../components/icon.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { formatDate } from '../../lib/format.ts';
import styles from './alert-actions.module.css';
import { handlingOf } from './alert-words.ts';
import {
  acknowledge,
  backToNew,
  dismissUnclear,
  dismissWrong,
  useHandling,
} from './use-handling.ts';

/** Acknowledge or dismiss, by button or key; what was done can be taken back. */
export function AlertActions({ alert }: { alert: Alert }) {
  const handling = useHandling();
  const busy = useIsMutating({ mutationKey: ['handle'] }) > 0;
  const act = (body: typeof backToNew) => () => handling.mutate({ id: alert.id, body });
  return (
    <div className={styles.bar}>
      <div className={styles.buttons}>
        {alert.handling === 'new' ? (
          <>
            <button
              type="button"
              className={styles.main}
              disabled={busy}
              onClick={act(acknowledge)}
            >
              <Icon name="check" /> Acknowledge <kbd>a</kbd>
            </button>
            <button type="button" disabled={busy} onClick={act(dismissWrong)}>
              <Icon name="cross" /> Dismiss: wrong <kbd>w</kbd>
            </button>
            <button type="button" disabled={busy} onClick={act(dismissUnclear)}>
              <Icon name="question" /> Dismiss: unclear <kbd>u</kbd>
            </button>
          </>
        ) : (
          <>
            <button type="button" disabled={busy} onClick={act(backToNew)}>
              <Icon name="undo" /> Back to new
            </button>
            <span className={styles.done} role="status">
              {handlingOf(alert)}
              {alert.handledBy !== undefined && ` by ${alert.handledBy}`}
              {alert.handledAt !== undefined && `, ${formatDate(alert.handledAt)}`}
            </span>
          </>
        )}
      </div>
      {handling.error !== null && <ProblemNotice error={handling.error} />}
    </div>
  );
}
