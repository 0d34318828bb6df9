import type { Camera } from '@maskwatch/contracts/camera';
import type { Size } from '../live/fit-boxes.ts';
import type { PolygonPoint } from './polygon-lines.ts';
import styles from './zone-overlay.module.css';

export interface ZoneOverlayProps {
  size: Size;
  zones: Camera['zones'];
  draft: readonly PolygonPoint[] | undefined;
}

/** Zones as configured, and the polygon being made, over the picture. */
export function ZoneOverlay({ size, zones, draft = [] }: ZoneOverlayProps) {
  const place = ([x, y]: PolygonPoint) => `${x * size.width},${y * size.height}`;
  const unit = size.width / 100;
  return (
    <svg
      className={styles.overlay}
      viewBox={`0 0 ${size.width} ${size.height}`}
      preserveAspectRatio="xMidYMid meet"
      role="img"
      aria-label={zones.length === 0 ? 'no zone' : `zones: ${zones.map(({ id }) => id).join(', ')}`}
    >
      {zones.map(({ id, points }) => (
        <g key={id}>
          <polygon points={points.map(place).join(' ')} className={styles.zone} />
          <text
            x={(points[0]?.[0] ?? 0) * size.width + unit}
            y={(points[0]?.[1] ?? 0) * size.height + 2.2 * unit}
            fontSize={1.6 * unit}
          >
            {id}
          </text>
        </g>
      ))}
      {draft.length > 0 && <polygon points={draft.map(place).join(' ')} className={styles.draft} />}
      {draft.map((point, index) => (
        <circle
          // biome-ignore lint/suspicious/noArrayIndexKey: a point is known by its place in the row
          key={index}
          cx={point[0] * size.width}
          cy={point[1] * size.height}
          r={0.6 * unit}
          className={styles.point}
        />
      ))}
    </svg>
  );
}
