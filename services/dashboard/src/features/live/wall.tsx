import { useQuery } from '@tanstack/react-query';
import { EmptyNotice } from '../../components/empty-notice.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { useBeat } from '../../lib/now.ts';
import { NewAlertsRail } from '../alerts/new-alerts-rail.tsx';
import { UnsayableNote } from '../models/unsayable-note.tsx';
import { camerasQuery } from './camera-queries.ts';
import { Tile } from './tile.tsx';
import styles from './wall.module.css';

const example = `cameras:
  - id: gate
    name: North gate
    source: rtsp://192.168.1.20:554/stream1`;

/** All cameras at once, in the order of the config, and beside them what is new. */
export function Wall() {
  useBeat();
  const { data: cameras, error, refetch } = useQuery(camerasQuery);
  if (cameras === undefined) {
    return error === null ? null : <ProblemNotice error={error} retry={() => void refetch()} />;
  }
  return (
    <div className={styles.wall}>
      <h1 className={styles.title}>Live wall</h1>
      {cameras.length === 0 ? (
        <EmptyNotice icon="grid" title="No camera is configured">
          <p>Add one to the config and start the service again:</p>
          <pre>{example}</pre>
          <p>
            Or try it out without a camera: <code>source: demo</code>
          </p>
        </EmptyNotice>
      ) : (
        <div>
          <div className={styles.tiles} data-count={Math.min(cameras.length, 5)}>
            {cameras.map((camera) => (
              <Tile key={camera.id} camera={camera} />
            ))}
          </div>
          <UnsayableNote />
        </div>
      )}
      <NewAlertsRail />
    </div>
  );
}
