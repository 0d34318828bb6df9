import type { Attempt, Delivery } from '@maskwatch/contracts/delivery';
import { Link } from '@tanstack/react-router';
import { Chip, type Tone } from '../../components/chip.tsx';
import type { IconName } from '../../components/icon.tsx';
import { formatClock, formatSpan } from '../../lib/format.ts';
import { useBeat } from '../../lib/now.ts';
import { deliveryWords } from '../alerts/alert-words.ts';
import { useLive } from '../live/live-context.ts';
import styles from './delivery-row.module.css';

const states: Record<Delivery['state'], { word: string; tone: Tone; icon: IconName }> = {
  waiting: { word: 'waiting', tone: 'warn', icon: 'clock' },
  delivered: { word: 'delivered', tone: 'good', icon: 'check' },
  'given-up': { word: 'given up', tone: 'bad', icon: 'cross' },
  cancelled: { word: 'cancelled', tone: 'quiet', icon: 'cross' },
};

/** One delivery; opened, it shows each attempt. */
export function DeliveryRow({ delivery }: { delivery: Delivery }) {
  const live = useLive();
  const { word, tone, icon } = states[delivery.state];
  const last = delivery.attempts.at(-1);
  return (
    <li className={styles.row}>
      <details>
        <summary>
          <Chip tone={tone} icon={icon}>
            {word}
          </Chip>
          <span className={styles.time}>{formatClock(delivery.createdAt, live.clock.now())}</span>
          <b>{deliveryWords[delivery.type]}</b>
          <span>to {delivery.endpointId}</span>
          <span className={styles.last}>
            {delivery.attempts.length} {delivery.attempts.length === 1 ? 'attempt' : 'attempts'}
            {last?.error !== undefined && ` · ${last.error}`}
            <NextAttempt delivery={delivery} />
          </span>
        </summary>
        <div className={styles.inside}>
          {delivery.attempts.length === 0 ? (
            <p>No attempt was made yet.</p>
          ) : (
            <Attempts attempts={delivery.attempts} />
          )}
          <p>
            webhook-id <code>{delivery.id}</code>
            {delivery.alertId !== undefined && (
              <>
                {' · '}
                <Link to="/alerts/$id" params={{ id: delivery.alertId }}>
                  open the alert
                </Link>
              </>
            )}
          </p>
        </div>
      </details>
    </li>
  );
}

function NextAttempt({ delivery }: { delivery: Delivery }) {
  useBeat();
  const live = useLive();
  if (delivery.nextAttemptAt === undefined) return null;
  const inMs = delivery.nextAttemptAt - live.clock.now();
  if (inMs > 0) return <> · next in {formatSpan(inMs)}</>;
  // The end of an alert is not sent before its beginning has arrived.
  return <> · {delivery.attempts.length === 0 ? 'waits for its turn' : 'trying now'}</>;
}

function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  const live = useLive();
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">#</th>
          <th scope="col">Started</th>
          <th scope="col">Took</th>
          <th scope="col">Answer</th>
        </tr>
      </thead>
      <tbody>
        {attempts.map(({ number, startedAt, durationMs, status, error }) => (
          <tr key={number}>
            <td>{number}</td>
            <td>{formatClock(startedAt, live.clock.now())}</td>
            <td>{formatSpan(durationMs)}</td>
            <td>
              {status !== undefined && <b>{status} </b>}
              {error ?? 'accepted'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
