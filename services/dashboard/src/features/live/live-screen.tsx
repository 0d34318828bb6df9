import type { Camera } from '@maskwatch/contracts/camera';
import type { ReactNode } from 'react';
import { Icon } from '../../components/icon.tsx';
import { formatSpan } from '../../lib/format.ts';
import { wordsOfCamera } from './camera-words.ts';
import type { Freshness } from './freshness.ts';
import { LiveCanvas } from './live-canvas.tsx';
import { useLink } from './live-context.ts';
import styles from './live-screen.module.css';

export interface LiveScreenProps {
  camera: Camera;
  freshness: Freshness;
  alerting: ReadonlySet<string>;
  children?: ReactNode;
}

const unheard = {
  word: 'not known',
  icon: 'question',
  sentence: 'The service does not answer, so nobody is seen here. The page keeps trying.',
} as const;

/** The picture of a camera, and over it in words whatever keeps it from being live. */
export function LiveScreen({ camera, freshness, alerting, children }: LiveScreenProps) {
  const link = useLink();
  const { word, icon, sentence } = link === 'lost' ? unheard : wordsOfCamera(camera);
  const { ageMs, stale } = freshness;
  const waiting = camera.state === 'live' ? 'Waiting for the first picture' : 'No picture';
  return (
    <div className={styles.screen}>
      <LiveCanvas
        cameraId={camera.id}
        name={camera.name}
        stale={stale && ageMs !== undefined}
        alerting={alerting}
      />
      {children}
      {stale && (
        <p className={styles.age}>
          <Icon name="clock" size={18} />
          {ageMs === undefined ? waiting : `Picture ${formatSpan(ageMs)} old`}
        </p>
      )}
      {sentence !== undefined && (
        <p className={styles.cause}>
          <Icon name={icon} size={18} />
          <span>
            <b>{word[0]?.toUpperCase() + word.slice(1)}.</b> {sentence}
          </span>
        </p>
      )}
    </div>
  );
}
