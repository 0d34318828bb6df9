import type { Camera } from '@maskwatch/contracts/camera';
import type { Status } from '@maskwatch/contracts/http';
import { Icon } from '../../components/icon.tsx';
import styles from './readiness.module.css';

/** What keeps the service from being ready, and which cameras nobody watches. */
export function Readiness({ status, cameras }: { status: Status; cameras: readonly Camera[] }) {
  const unwatched = cameras.filter(({ state, blind }) => state !== 'live' || blind);
  const well = status.reasons.length === 0 && unwatched.length === 0;
  return (
    <section className={styles.ready} data-well={well} aria-label="Readiness">
      <Icon name={well ? 'check' : 'warning'} size={20} />
      <ul>
        {status.reasons.length === 0 && <li>The service is ready.</li>}
        {status.reasons.map(({ code, detail }) => (
          <li key={code + detail}>
            <b>{code}</b> {detail}
          </li>
        ))}
        <li>
          {unwatched.length === 0
            ? 'All cameras are watched.'
            : `Not watched: ${unwatched.map(({ name }) => name).join(', ')}.`}
        </li>
      </ul>
    </section>
  );
}
