/**
 * How long people wait for what a camera saw, at half load: as many cameras as workers, each at a
 * rate that keeps one worker half busy. Milliseconds, no verdict.
 */

import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { AlertPage } from '@maskwatch/contracts/http';
import { startRtspCamera } from '../../test/cameras/rtsp-camera.ts';
import type { BenchFilms } from '../films.ts';
import { openBareSessions } from '../measure/bare-sessions.ts';
import { percentile, sum } from '../measure/numbers.ts';
import { note, printBudget, round } from '../report.ts';
import { startAlertReceiver } from '../service/alert-receiver.ts';
import { startMeasuredService } from '../service/measured-service.ts';
import { type JudgedFrame, judgedFrames } from '../service/records.ts';
import { type SeenPicture, startViewer } from '../service/viewer.ts';

const budgets = { pictureMs: 8, slowPictureMs: 25, webhookMs: 1000 };
const filmRate = 25;
const warmMs = 10_000;
const windowMs = 40_000;
/** Each opens one violation a bare person, one after the other. */
const holds = Array.from({ length: 10 }, (_, n) => 12 + 3 * n);

export async function latency({ four }: BenchFilms): Promise<void> {
  const cameras = availableParallelism();
  const rate = await halfLoadRate();
  note(`${cameras} cameras at ${rate.toFixed(1)} frames a second, one viewer who watches them all`);
  const ids = Array.from({ length: cameras }, (_, n) => `camera-${n + 1}`);
  const servers = await Promise.all(ids.map(() => startRtspCamera({ film: four.film })));
  const receiver = await startAlertReceiver();
  const service = await startMeasuredService({
    config: {
      cameras: ids.map((id, n) => ({ id, source: servers[n]!.url, rate })),
      rules: holds.map((hold) => ({ id: `hold-${hold}`, states: ['no_mask'], hold: `${hold}s` })),
      endpoints: receiver.endpoints,
    },
  });
  const viewer = startViewer(service.url, ids);
  try {
    await sleep(warmMs);
    const from = viewer.now();
    await sleep(windowMs);
    const frames = judgedFrames(service.records());
    reportPictures(
      viewer.pictures.filter(({ receivedAt }) => receivedAt > from),
      frames,
    );
    await reportWebhooks(receiver.firstAttempts, (path) => service.get(path));
  } finally {
    viewer.close();
    await service.stop();
    await receiver.close();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** Each n-th of the film's frames, so that they come evenly, and at most half of a worker's time. */
async function halfLoadRate(): Promise<number> {
  const sessions = await openBareSessions();
  const runs = 10;
  let seconds = 0;
  for (let n = 0; n < runs; n += 1) {
    // As in the service, a run comes after a pause and costs more for it.
    await sleep(100);
    const startedAt = performance.now();
    await sessions.detect();
    await sessions.classify();
    seconds += (performance.now() - startedAt) / 1000;
  }
  await sessions.release();
  return filmRate / Math.ceil(filmRate * 2 * (seconds / runs));
}

function reportPictures(pictures: readonly SeenPicture[], frames: readonly JudgedFrame[]): void {
  const byFrame = new Map(frames.map((frame) => [keyOf(frame), frame]));
  const seen = pictures.flatMap((picture) => {
    const frame = byFrame.get(keyOf(picture));
    return frame === undefined ? [] : [{ picture, frame }];
  });
  const own = seen.map(({ picture, frame }) => {
    const inference = sum(frame.requests.map(({ ms }) => ms));
    return picture.receivedAt - picture.capturedAt - inference;
  });
  const busyMs = sum(seen.map(({ frame }) => sum(frame.requests.map(({ ms }) => ms))));
  const workers = availableParallelism();
  note(`inference was busy ${((100 * busyMs) / windowMs / workers).toFixed(0)} % of the time`);
  const clocks = seen.map(({ picture, frame }) => picture.sentAt - frame.sentAt);
  note(
    `${own.length} pictures; from ingest to hub at least ${round(Math.min(...clocks))} ms, from hub ` +
      `to viewer at least ${round(Math.min(...pictures.map((one) => one.receivedAt - one.sentAt)))} ms ` +
      '(below 0: so far the clocks of two processes differ)',
  );
  printBudget('picture-delay-p50-ms', percentile(own, 0.5), budgets.pictureMs);
  printBudget('picture-delay-p99-ms', percentile(own, 0.99), budgets.slowPictureMs);
}

function keyOf({ cameraId, capturedAt }: { cameraId: string; capturedAt: number }): string {
  return `${cameraId} ${capturedAt}`;
}

async function reportWebhooks(
  firstAttempts: ReadonlyMap<string, number>,
  get: (path: string) => Promise<string>,
): Promise<void> {
  const { alerts } = AlertPage.parse(JSON.parse(await get('/api/v1/alerts?limit=200')));
  const delays = alerts.flatMap(({ id, violation }) => {
    const attempt = firstAttempts.get(id);
    return attempt === undefined ? [] : [attempt - violation.openedAt];
  });
  if (delays.length === 0) throw new Error('no violation opened, so no webhook could be timed');
  note(`${alerts.length} violations, ${delays.length} of them announced`);
  printBudget('hold-to-webhook-p99-ms', percentile(delays, 0.99), budgets.webhookMs);
}
