import { useEffect, useRef } from 'react';
import { drawPicture } from './draw-picture.ts';
import styles from './live-canvas.module.css';
import { useLive } from './live-context.ts';
import { summaryOf } from './summary.ts';

export interface LiveCanvasProps {
  cameraId: string;
  name: string;
  stale: boolean;
  alerting: ReadonlySet<string>;
}

/** The newest picture of a camera with its boxes. Only while it is on the screen does it ask for any. */
export function LiveCanvas({ cameraId, name, stale, alerting }: LiveCanvasProps) {
  const live = useLive();
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const alertingRef = useRef(alerting);
  alertingRef.current = alerting;

  useEffect(() => {
    const canvas = canvasRef.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    let unwatch: (() => void) | undefined;
    const draw: Parameters<typeof live.watch>[1] = (picture, bitmap) => {
      const size = { width: canvas.clientWidth, height: canvas.clientHeight };
      drawPicture(context, {
        live: picture,
        bitmap,
        size,
        density: window.devicePixelRatio,
        alerting: alertingRef.current,
      });
      canvas.dataset.sequence = String(picture.observation.sequence);
    };
    const observer = new IntersectionObserver(
      (entries) => {
        const visible = entries.at(-1)?.isIntersecting ?? false;
        if (visible) unwatch ??= live.watch(cameraId, draw);
        else {
          unwatch?.();
          unwatch = undefined;
        }
      },
      // A tile is asked for a little before it scrolls in.
      { rootMargin: '80px' },
    );
    observer.observe(canvas);
    return () => {
      observer.disconnect();
      unwatch?.();
    };
  }, [live, cameraId]);

  const tracks = live.latest(cameraId)?.observation.tracks;
  return (
    <canvas
      ref={canvasRef}
      className={styles.canvas}
      data-camera={cameraId}
      data-stale={stale}
      role="img"
      aria-label={`${name}: ${tracks === undefined ? 'no picture yet' : summaryOf(tracks)}`}
    />
  );
}
