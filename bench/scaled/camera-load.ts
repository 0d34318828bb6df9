/** Cameras as an ingest has them: one request under way each, the newest frame goes next. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DetectorRequest, InferenceQueue } from '@maskwatch/inference/inference-queue';
import type { DetectorInput } from './film-pictures.ts';

export interface LoadOptions {
  cameras: number;
  /** Frames a second of each camera; a next one is always there where absent. */
  rate?: number;
  /** What each camera shows, over and over. */
  pictures: readonly DetectorInput[];
  warmMs: number;
  /** What is answered in this time counts. */
  windowMs: number;
  /** When the window begins and ends. */
  onWindow?(at: 'begin' | 'end'): void;
}

export interface LoadResult {
  seconds: number;
  /** Frames answered, by camera. */
  answered: number[];
  /** Milliseconds from asking to the answer, and from the frame's capture to it. */
  waits: number[];
  ages: number[];
  /** Requests without an answer, and frames that a newer one replaced before they were asked. */
  lost: number;
  replaced: number;
}

export async function cameraLoad(
  queue: Pick<InferenceQueue, 'detect'>,
  options: LoadOptions,
): Promise<LoadResult> {
  const { cameras, warmMs, windowMs, onWindow } = options;
  const result: LoadResult = {
    seconds: 0,
    answered: Array<number>(cameras).fill(0),
    ...{ waits: [], ages: [], lost: 0, replaced: 0 },
  };
  const load = { counts: false, running: true };
  const loops = result.answered.map((_, camera) =>
    cameraLoop(queue, { camera, load, result, options }),
  );
  await sleep(warmMs);
  onWindow?.('begin');
  load.counts = true;
  const beganAt = performance.now();
  await sleep(windowMs);
  load.counts = false;
  result.seconds = (performance.now() - beganAt) / 1000;
  onWindow?.('end');
  load.running = false;
  await Promise.all(loops);
  return result;
}

interface CameraLoopOptions {
  camera: number;
  load: { counts: boolean; running: boolean };
  result: LoadResult;
  options: LoadOptions;
}

async function cameraLoop(
  queue: Pick<InferenceQueue, 'detect'>,
  { camera, load, result, options }: CameraLoopOptions,
): Promise<void> {
  const frames = framesOf(camera, options);
  let last = -1;
  while (load.running) {
    const frame = await frames.newest(last);
    const replaced = frame.number - last - 1;
    last = frame.number;
    const askedAt = performance.now();
    const request = requestOf(camera, { frame: frame.number, ...options });
    const answered = await queue.detect(request).then(
      () => true,
      () => false,
    );
    if (!load.counts) continue;
    result.replaced += replaced;
    if (!answered) {
      result.lost += 1;
      continue;
    }
    result.answered[camera]! += 1;
    result.waits.push(performance.now() - askedAt);
    result.ages.push(performance.now() - frame.capturedAt);
  }
}

/** Frames of a camera at an even pace, cameras one after the other within an interval. */
function framesOf(camera: number, { rate, cameras }: LoadOptions) {
  const intervalMs = rate === undefined ? 0 : 1000 / rate;
  const firstAt = performance.now() + (camera * intervalMs) / cameras;
  return {
    /** The newest after number `last`; waits for it where there is none. */
    async newest(last: number): Promise<{ number: number; capturedAt: number }> {
      if (intervalMs === 0) return { number: last + 1, capturedAt: performance.now() };
      const next = firstAt + (last + 1) * intervalMs;
      if (next > performance.now()) await sleep(next - performance.now());
      const past = Math.floor((performance.now() - firstAt) / intervalMs);
      const number = Math.max(last + 1, past);
      return { number, capturedAt: firstAt + number * intervalMs };
    },
  };
}

function requestOf(
  camera: number,
  { frame, pictures }: LoadOptions & { frame: number },
): DetectorRequest {
  const picture = pictures[(camera + frame) % pictures.length]!;
  return { ...picture, cameraId: `camera-${camera + 1}`, scale: 2, minConfidence: 0.1 };
}
