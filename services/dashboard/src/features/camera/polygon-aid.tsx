import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Icon } from '../../components/icon.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { copyText } from './copy-text.ts';
import styles from './polygon-aid.module.css';
import { type PolygonPoint, type PolygonUse, polygonLines } from './polygon-lines.ts';

export interface PolygonAidProps {
  cameraId: string;
  /** Undefined while no polygon is being made. */
  points: PolygonPoint[] | undefined;
  change(points: PolygonPoint[] | undefined): void;
}

/** Makes the lines of a privacy mask or a zone: click the corners on the picture, copy the lines. */
export function PolygonAid({ cameraId, points, change }: PolygonAidProps) {
  const [use, setUse] = useState<PolygonUse>('zones');
  const [zoneId, setZoneId] = useState('zone-1');
  const copying = useMutation({ mutationFn: copyText });
  if (points === undefined) {
    return (
      <p className={styles.start}>
        <button type="button" onClick={() => change([])}>
          Draw a zone or a privacy mask
        </button>
      </p>
    );
  }
  const lines = polygonLines(points, { use, cameraId, zoneId });
  const missing = 3 - points.length;
  return (
    <section className={styles.aid} aria-label="Polygon">
      <div className={styles.row}>
        <label>
          Use it as{' '}
          <select value={use} onChange={(event) => setUse(event.target.value as PolygonUse)}>
            <option value="zones">zone</option>
            <option value="privacyMasks">privacy mask</option>
          </select>
        </label>
        {use === 'zones' && (
          <label>
            named{' '}
            <input value={zoneId} size={12} onChange={(event) => setZoneId(event.target.value)} />
          </label>
        )}
        <button
          type="button"
          disabled={points.length === 0}
          onClick={() => change(points.slice(0, -1))}
        >
          Undo point
        </button>
        <button type="button" onClick={() => change(undefined)}>
          Done
        </button>
      </div>
      {missing > 0 ? (
        <p>
          Click the corners on the picture: {missing} more {missing === 1 ? 'point' : 'points'}.
          With the keyboard: arrow keys, then Enter.
        </p>
      ) : (
        <>
          <pre>{lines}</pre>
          <button type="button" onClick={() => copying.mutate(lines)}>
            <Icon name={copying.isSuccess && copying.variables === lines ? 'check' : 'copy'} />{' '}
            {copying.isSuccess && copying.variables === lines ? 'Copied' : 'Copy the lines'}
          </button>{' '}
          <span>
            Put them into the config{use === 'privacyMasks' && ` below the camera “${cameraId}”`}{' '}
            and start the service again.
          </span>
          {copying.error !== null && <ProblemNotice error={copying.error} />}
        </>
      )}
    </section>
  );
}
