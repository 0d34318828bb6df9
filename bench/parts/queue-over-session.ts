/**
 * Pictures a second through the inference queue on one worker that always has a request waiting,
 * over a loop on a bare session. Blocks of A B B A; the median of the rounds counts.
 */

import { startQueue } from '@maskwatch/inference/in-process-queue';
import type { DetectorRequest, InferenceQueue } from '@maskwatch/inference/inference-queue';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import { type BareSessions, loadShipped, openBareSessions } from '../measure/bare-sessions.ts';
import { median } from '../measure/numbers.ts';
import { note, printRatio } from '../report.ts';

const target = 0.95;
const rounds = 6;
const runs = 40;

export async function queueOverSession(): Promise<void> {
  const sessions = await openBareSessions();
  const queue = await startQueue({
    script: new URL(import.meta.resolve('@maskwatch/inference/worker')),
    setups: [{ ...(await loadShipped()), golden: false }],
  });
  const ratios: number[] = [];
  try {
    await throughQueue(queue, sessions);
    for (let round = 0; round < rounds; round += 1) {
      const bare = [await bareLoop(sessions)];
      const queued = [await throughQueue(queue, sessions), await throughQueue(queue, sessions)];
      bare.push(await bareLoop(sessions));
      ratios.push((bare[0]! + bare[1]!) / (queued[0]! + queued[1]!));
      const rate = (seconds: number[]) => ((2 * runs) / (seconds[0]! + seconds[1]!)).toFixed(1);
      note(`pictures a second: queue ${rate(queued)}, bare session ${rate(bare)}`);
    }
  } finally {
    await queue.close();
    await sessions.release();
  }
  printRatio({ name: 'queue-over-session', value: median(ratios), target, better: 'more' });
}

/** Seconds for `runs` pictures. */
async function bareLoop({ detect }: BareSessions): Promise<number> {
  const startedAt = performance.now();
  for (let n = 0; n < runs; n += 1) await detect();
  return (performance.now() - startedAt) / 1000;
}

async function throughQueue(queue: InferenceQueue, size: BareSessions): Promise<number> {
  const planes = new Uint8Array(new SharedArrayBuffer(3 * size.width * size.height));
  planes.set(goldenPattern(size.width, size.height));
  const { width, height } = size;
  const request: DetectorRequest = {
    ...{ cameraId: 'bench', planes, width, height, colour: 'bt601' },
    ...{ scale: 2, pictureWidth: 1280, pictureHeight: 720, minConfidence: 0.1 },
  };
  let left = runs;
  const startedAt = performance.now();
  // Two callers: while one request runs, the other waits.
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      await queue.detect(request);
    }
  };
  await Promise.all([caller(), caller()]);
  return (performance.now() - startedAt) / 1000;
}
