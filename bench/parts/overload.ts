/**
 * Eight equal cameras while inference can do a third of what they ask for: who is served, how old
 * frames get, whether anything grows. Budgets, no verdict.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startRtspCamera } from '../../test/cameras/rtsp-camera.ts';
import type { BenchFilms } from '../films.ts';
import { percentile, slope } from '../measure/numbers.ts';
import { ownMemory } from '../measure/processes.ts';
import { note, printBudget, round } from '../report.ts';
import { type MeasuredService, startMeasuredService } from '../service/measured-service.ts';
import { type JudgedFrame, judgedFrames } from '../service/records.ts';

const budgets = { servedRatio: 1.2, memoryMb: 1, loopDelayMs: 20 };
const cameras = 8;
const rate = 5;
const intervalMs = 1000 / rate;
/** One worker at this pace does a third of eight cameras' frames. */
const runMs = (3 * intervalMs) / cameras;
const warmMs = 60_000;
const windowMs = 60_000;
/** What the event loop's histogram counts in: it holds this and the delay. */
const loopTimerMs = 100;

export async function overload({ four }: BenchFilms): Promise<void> {
  const camera = await startRtspCamera({ film: four.film });
  const ids = Array.from({ length: cameras }, (_, n) => `camera-${n + 1}`);
  const service = await startMeasuredService({
    config: {
      cameras: ids.map((id) => ({ id, source: camera.url, rate })),
      rules: [{ id: 'no_mask', states: ['no_mask'] }],
    },
    runMs,
  });
  try {
    await sleep(warmMs);
    // Each scrape begins the histogram of the event loop anew.
    await service.get('/metrics');
    const from = performance.timeOrigin + performance.now();
    const memory = await watchMemory(service);
    const metrics = await service.get('/metrics');
    const frames = judgedFrames(service.records()).filter(({ sentAt }) => sentAt > from);
    reportFrames(frames);
    printBudget('overload-memory-mb-a-minute', slope(memory), budgets.memoryMb);
    printBudget('overload-hub-delay-p99-ms', loopDelay(metrics), budgets.loopDelayMs);
  } finally {
    await service.stop();
    await camera.stop();
  }
}

/** Memory of hub and vision over the window: [minutes, megabytes]. */
async function watchMemory({ pid, visionPid }: MeasuredService): Promise<[number, number][]> {
  const points: [number, number][] = [];
  const startedAt = performance.now();
  while (performance.now() - startedAt < windowMs) {
    await sleep(500);
    const bytes = ownMemory(pid) + ownMemory(visionPid);
    points.push([(performance.now() - startedAt) / 60_000, bytes / 1e6]);
  }
  const sizes = points.map(([, megabytes]) => megabytes);
  note(`memory of hub and vision: ${round(Math.min(...sizes))} to ${round(Math.max(...sizes))} MB`);
  return points;
}

function reportFrames(frames: readonly JudgedFrame[]): void {
  const served = Map.groupBy(frames, ({ cameraId }) => cameraId);
  const counts = [...served.values()].map(({ length }) => length);
  const perRunMs = windowMs / frames.length;
  const asked = (cameras * windowMs) / intervalMs;
  note(
    `${frames.length} of ${asked} frames judged (${((100 * frames.length) / asked).toFixed(0)} %), ` +
      `one in ${round(perRunMs)} ms; by camera ${counts.join(', ')}`,
  );
  const most = served.size < cameras ? Number.POSITIVE_INFINITY : Math.max(...counts);
  printBudget('overload-most-over-least', most / Math.min(...counts), budgets.servedRatio);
  const ages = frames.flatMap(({ capturedAt, requests }) =>
    requests
      .filter(({ kind }) => kind === 'detect')
      .map(({ answeredAt, ms }) => answeredAt - Math.max(ms, runMs) - capturedAt),
  );
  const budget = cameras * perRunMs + intervalMs;
  printBudget('overload-age-p99-ms', percentile(ages, 0.99), budget);
}

function loopDelay(metrics: string): number {
  const seconds = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(metrics)?.[1];
  return Number(seconds) * 1000 - loopTimerMs;
}
