import type { Camera } from '@maskwatch/contracts/camera';
import { Link } from '@tanstack/react-router';
import { Icon } from '../../components/icon.tsx';
import { MaskStateMark } from '../../components/mask-state-mark.tsx';
import { useAlertingTracks, useNewAlerts } from '../alerts/alert-context.ts';
import { CameraState } from './camera-state.tsx';
import { freshnessOf } from './freshness.ts';
import { useLive } from './live-context.ts';
import { LiveScreen } from './live-screen.tsx';
import { countStates } from './summary.ts';
import styles from './tile.module.css';

/** One camera on the wall: its picture, who is on it, and the alerts that wait for somebody. */
export function Tile({ camera }: { camera: Camera }) {
  const live = useLive();
  const alerting = useAlertingTracks(camera.id);
  const { alerts } = useNewAlerts();
  const waiting = alerts.filter(({ violation }) => violation.cameraId === camera.id);
  const firing = waiting.some(
    ({ condition, violation }) => condition === 'firing' && violation.subject === 'person',
  );
  const latest = live.latest(camera.id);
  const freshness = freshnessOf(camera, latest?.sentAt, live.clock.now());
  const faces = freshness.stale ? [] : countStates(latest?.observation.tracks ?? []);
  return (
    <article className={styles.tile} data-firing={firing} data-camera={camera.id}>
      <div className={styles.head}>
        <h2>
          <Link
            to="/cameras/$id"
            params={{ id: camera.id }}
            className={styles.name}
            title={camera.name}
          >
            {camera.name}
          </Link>
        </h2>
        {waiting.length > 0 && (
          <Link
            to="/alerts"
            search={{ camera: camera.id, handling: 'new' }}
            className={styles.alerts}
            data-testid="tile-alerts"
          >
            <Icon name="bell" size={14} />
            {waiting.length}
            <span className={styles.word}> new</span>
          </Link>
        )}
        <CameraState camera={camera} />
      </div>
      <LiveScreen camera={camera} freshness={freshness} alerting={alerting} />
      <div className={styles.foot}>
        {faces.length === 0 && <span>{freshness.stale ? '–' : 'no face'}</span>}
        {faces.map(({ state, count }) => (
          <MaskStateMark key={state} state={state} count={count} />
        ))}
      </div>
    </article>
  );
}
