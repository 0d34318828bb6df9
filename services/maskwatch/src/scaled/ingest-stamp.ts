import type { ProcessStamp } from '@maskwatch/contracts/scaled';
import { readStamp, refuseOtherModels } from '@maskwatch/inference/worker-registry';
import type { Logger } from '@maskwatch/platform/logger';
import type { Problem } from '@maskwatch/platform/problem';
import { openRedis } from '@maskwatch/platform/redis';

const lookMs = 2000;

export interface StampWatchOptions {
  redis: string;
  stamp: ProcessStamp;
  logger: Logger;
  /** Problem `models-differ`; told once. */
  onRefused(problem: Problem): void;
}

/** Looks whether the active hub has the same models, now and for good. The answer ends it. */
export function watchStamp(options: StampWatchOptions): () => Promise<void> {
  const { redis: url, stamp, logger, onRefused } = options;
  const redis = openRedis({ url, logger, name: 'ingest stamp' });
  const stop = async () => {
    clearInterval(timer);
    redis.disconnect();
  };
  const look = async () => {
    // Without Redis, or a hub, nothing is known: its leases are missing as well.
    const expected = await readStamp(redis).catch(() => undefined);
    const problem = expected && refuseOtherModels(stamp, expected);
    if (!problem) return;
    void stop();
    onRefused(problem);
  };
  const timer = setInterval(() => void look(), lookMs);
  return stop;
}
