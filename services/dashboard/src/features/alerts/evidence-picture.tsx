import type { Alert, Evidence } from '@maskwatch/contracts/alert';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Icon } from '../../components/icon.tsx';
import { looks } from '../../components/mask-state-look.ts';
import { formatDate } from '../../lib/format.ts';
import { camerasQuery } from '../live/camera-queries.ts';
import { wordsOfCamera } from '../live/camera-words.ts';
import styles from './evidence-picture.module.css';

/** The picture of the violation with its box drawn over it, or why there is none. */
export function EvidencePicture({ alert }: { alert: Alert }) {
  const { evidence, evidenceMissing, violation } = alert;
  const picture = evidence.find(({ kind }) => kind === 'picture') ?? evidence[0];
  if (picture === undefined) {
    if (violation.subject === 'camera') return <CameraCauseNote alert={alert} />;
    return <NoPicture reason={evidenceMissing ?? 'No picture was kept.'} />;
  }
  return <Framed evidence={picture} alert={alert} />;
}

/** Of a camera that is not watched: why, as of now. */
function CameraCauseNote({ alert }: { alert: Alert }) {
  const { data: cameras = [] } = useQuery(camerasQuery);
  const camera = cameras.find(({ id }) => id === alert.violation.cameraId);
  const cause = camera === undefined ? undefined : wordsOfCamera(camera).sentence;
  const over = 'For a time nothing could be seen here, so nobody was watched.';
  return <NoPicture reason={alert.condition === 'firing' ? (cause ?? over) : over} />;
}

function NoPicture({ reason }: { reason: string }) {
  return (
    <div className={styles.none} role="note">
      <Icon name="blind" size={24} />
      <p>{reason}</p>
    </div>
  );
}

function Framed({ evidence, alert }: { evidence: Evidence; alert: Alert }) {
  const [failed, setFailed] = useState(false);
  const { width, height, box } = evidence;
  const look = looks[alert.violation.state];
  if (failed) {
    return (
      <NoPicture reason="The picture is no longer kept; retention in the config says how long." />
    );
  }
  const label = {
    left: `${(100 * box[0]) / width}%`,
    bottom: `${100 - (100 * box[1]) / height}%`,
    background: look.box,
    color: look.ink,
  };
  return (
    <figure className={styles.figure}>
      <div className={styles.frame}>
        <img
          src={`/api/v1/evidence/${evidence.id}/picture`}
          alt={`The violation: a face with ${look.word}`}
          width={width}
          height={height}
          onError={() => setFailed(true)}
        />
        <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true" data-testid="evidence-box">
          <rect x={box[0]} y={box[1]} width={box[2]} height={box[3]} className={styles.under} />
          <rect x={box[0]} y={box[1]} width={box[2]} height={box[3]} stroke={look.box} />
        </svg>
        <span className={styles.label} style={label}>
          <Icon name={look.icon} size={13} />
          {look.word}
        </span>
      </div>
      <figcaption>
        {formatDate(evidence.capturedAt)} · {width} × {height} · other faces are made unrecognisable
        before anything is stored
      </figcaption>
    </figure>
  );
}
