/** A load on a system, and who used how many cores meanwhile. */
import { sum } from '../measure/numbers.ts';
import { busySeconds } from '../measure/processes.ts';
import { round } from '../report.ts';
import { cameraLoad, type LoadOptions, type LoadResult } from './camera-load.ts';
import type { System } from './system.ts';

/** Cores used in the window, on average; `feeder` is this process, `others` not of the bench. */
export interface Cores {
  feeder: number;
  redis: number;
  workers: number[];
  others: number;
}

export interface MeasuredLoad extends LoadResult {
  picturesPerSecond: number;
  cores: Cores;
}

export async function measuredLoad(
  { queue, cpu }: Pick<System, 'queue' | 'cpu'>,
  options: LoadOptions,
): Promise<MeasuredLoad> {
  const now = () => ({ ...cpu(), feeder: ownSeconds(), busy: busySeconds() });
  let [before, after] = [now(), now()];
  const result = await cameraLoad(queue, {
    ...options,
    onWindow(at) {
      if (at === 'begin') before = now();
      else after = now();
    },
  });
  const { seconds } = result;
  const feeder = (after.feeder - before.feeder) / seconds;
  const redis = (after.redis - before.redis) / seconds;
  const workers = after.workers.map((used, n) => (used - before.workers[n]!) / seconds);
  const busy = (after.busy - before.busy) / seconds;
  const others = Math.max(0, busy - feeder - redis - sum(workers));
  return {
    ...result,
    picturesPerSecond: sum(result.answered) / seconds,
    cores: { feeder, redis, workers, others },
  };
}

export function coresText({ feeder, redis, workers, others }: Cores): string {
  const each = workers.map((used) => round(used)).join(' and ');
  return `cores: workers ${each || '-'}, Redis ${round(redis)}, feeder ${round(feeder)}, others ${round(others)}`;
}

function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
