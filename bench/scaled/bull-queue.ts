/**
 * The rival of the frames queue: a BullMQ job a camera, deduplicated by camera, its picture in the
 * camera's key as with ours. Answers come by our list, since BullMQ's own events of every job go to
 * every owner.
 */
import { randomUUID } from 'node:crypto';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import type { RedisQueueOptions } from '@maskwatch/inference/redis-queue';
import {
  type Answer,
  encodeRequest,
  frameKey,
  repliesKey,
  requestMs,
} from '@maskwatch/inference/redis-words';
import { openRedis, redisReady } from '@maskwatch/platform/redis';
import { Queue } from 'bullmq';

export const bullQueueName = 'detect';

export interface BullJob {
  cameraId: string;
}

export async function openBullQueue({
  url,
  ownerId: owner,
  logger,
}: RedisQueueOptions): Promise<Pick<InferenceQueue, 'detect' | 'close'>> {
  const redis = openRedis({ url, logger, name: 'bull asked' });
  const reader = openRedis({ url, logger, name: 'bull answered', reader: true });
  await redisReady(redis);
  await redisReady(reader);
  const jobs = new Queue<BullJob>(bullQueueName, {
    connection: redis,
    defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
  });
  const pending = new Map<string, (answered: boolean) => void>();
  let closed = false;
  const read = async () => {
    while (!closed) {
      const found = await reader.blmpop(1, 1, repliesKey(owner), 'LEFT', 'COUNT', 64);
      for (const text of found?.[1] ?? []) {
        pending.get((JSON.parse(text) as Answer).id)?.(true);
      }
    }
  };
  const reading = read().catch(() => {});
  return {
    async detect(request) {
      const id = randomUUID();
      const { cameraId } = request;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      pending.set(id, resolve);
      const timer = setTimeout(() => resolve(false), requestMs);
      const value = await encodeRequest({ kind: 'detect', request }, { id, owner });
      // One connection: the picture is there before its job.
      await Promise.all([
        redis.set(frameKey(cameraId), value, 'PX', requestMs),
        jobs.add(
          'detect',
          { cameraId },
          { deduplication: { id: cameraId, keepLastIfActive: true } },
        ),
      ]);
      const answered = await promise;
      clearTimeout(timer);
      pending.delete(id);
      if (!answered) throw new Error('lost');
      return [];
    },
    async close() {
      closed = true;
      await jobs.close();
      reader.disconnect();
      redis.disconnect();
      await reading;
    },
  };
}
