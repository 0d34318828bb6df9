import type { Clock } from '@maskwatch/platform/clock';

export interface Deadlines {
  /** ffmpeg's own, on a silent socket: the connection is tried again. */
  networkMs: number;
  /** No picture for so long: stalled or offline, and the decoder is started again. */
  nextMs: number;
  /** A new connection's first picture: cameras with rare key frames need longer. */
  firstMs: number;
  /** Pictures equal to the bit for so long: frozen. */
  differentMs: number;
  /** A silence after which the backlog is thrown away. */
  gapMs: number;
}

export const DEADLINES: Deadlines = {
  networkMs: 5_000,
  nextMs: 10_000,
  firstMs: 20_000,
  differentMs: 60_000,
  gapMs: 2_000,
};

/** Waits on the clock, or until the signal; never throws. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      cancel();
      resolve();
    };
    const cancel = clock.setTimer(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

export interface PictureWatch {
  clock: Clock;
  deadlines: Deadlines;
  /** Of this run; undefined before its first picture. */
  lastPictureAt: () => number | undefined;
  onOverdue: () => void;
}

/** Calls once when a run's first, or next, picture is overdue; the answer ends the watch. */
export function watchPictures(options: PictureWatch): () => void {
  const { clock, deadlines, lastPictureAt, onOverdue } = options;
  const { firstMs, nextMs } = deadlines;
  const startedAt = clock.now();
  let cancel = () => {};
  const look = () => {
    const last = lastPictureAt();
    const due = last === undefined ? startedAt + firstMs : last + nextMs;
    const waitMs = due - clock.now();
    if (waitMs <= 0) onOverdue();
    else cancel = clock.setTimer(look, Math.min(waitMs, nextMs));
  };
  look();
  return () => cancel();
}
