import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Icon } from '../../components/icon.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { useBeat } from '../../lib/now.ts';
import { useAlertingTracks } from '../alerts/alert-context.ts';
import { cameraQuery } from '../live/camera-queries.ts';
import { CameraState } from '../live/camera-state.tsx';
import { freshnessOf } from '../live/freshness.ts';
import { useLive } from '../live/live-context.ts';
import { LiveScreen } from '../live/live-screen.tsx';
import { CameraFacts } from './camera-facts.tsx';
import styles from './camera-page.module.css';
import { PolygonAid } from './polygon-aid.tsx';
import type { PolygonPoint } from './polygon-lines.ts';
import { PolygonPicker } from './polygon-picker.tsx';
import { TrackTraces } from './track-traces.tsx';
import { ZoneOverlay } from './zone-overlay.tsx';

const route = getRouteApi('/cameras/$id');

/** One camera, large: its zones, why each track does or does not fire, and an aid to draw polygons. */
export function CameraPage() {
  useBeat();
  const { id } = route.useParams();
  const live = useLive();
  const alerting = useAlertingTracks(id);
  const { data: camera, error, refetch } = useQuery(cameraQuery(id));
  const [points, setPoints] = useState<PolygonPoint[]>();
  if (camera === undefined) {
    return error === null ? null : <ProblemNotice error={error} retry={() => void refetch()} />;
  }
  const latest = live.latest(id);
  const { observation } = latest ?? {};
  const size = observation ?? { width: camera.width ?? 16, height: camera.height ?? 9 };
  const freshness = freshnessOf(camera, latest?.sentAt, live.clock.now());
  return (
    <div className={styles.page}>
      <div className={styles.main}>
        <header className={styles.head}>
          <Link to="/" aria-label="Back to the wall" className={styles.back}>
            <Icon name="back" size={18} />
          </Link>
          <h1>{camera.name}</h1>
          <CameraState camera={camera} />
          <Link to="/alerts" search={{ camera: id }} className={styles.alerts}>
            Alerts of this camera
          </Link>
        </header>
        <LiveScreen camera={camera} freshness={freshness} alerting={alerting}>
          <ZoneOverlay size={size} zones={camera.zones} draft={points} />
          {points !== undefined && (
            <PolygonPicker
              size={size}
              add={(point) => setPoints([...points, point])}
              undo={() => setPoints(points.slice(0, -1))}
            />
          )}
        </LiveScreen>
        <PolygonAid cameraId={id} points={points} change={setPoints} />
        <TrackTraces
          traces={camera.traces}
          tracks={freshness.stale ? [] : (observation?.tracks ?? [])}
          smallestJudged={camera.smallestJudged}
        />
      </div>
      <CameraFacts camera={camera} />
    </div>
  );
}
