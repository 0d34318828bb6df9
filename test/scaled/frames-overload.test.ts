/** Sixteen cameras that offer four times what their one worker can take. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IngestBus } from '@maskwatch/bus/bus';
import { CameraConfig } from '@maskwatch/contracts/config';
import { startQueue } from '@maskwatch/inference/in-process-queue';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import { openRedisQueue } from '@maskwatch/inference/redis-queue';
import { frameKey, framesWaiting, readyKeys } from '@maskwatch/inference/redis-words';
import { stampOf, writeStamp } from '@maskwatch/inference/worker-registry';
import { InferenceService } from '@maskwatch/inference-worker/service';
import { newTracker } from '@maskwatch/ingest/ingest-service';
import { CameraOwner } from '@maskwatch/ingest/owner/camera-owner';
import { EvidenceCandidates } from '@maskwatch/ingest/owner/evidence-candidates';
import { FaceJudge } from '@maskwatch/ingest/owner/face-judge';
import type { FrameSourceHandlers } from '@maskwatch/ingest/source/frame-source';
import { systemClock as clock } from '@maskwatch/platform/clock';
import { silentLogger as logger } from '@maskwatch/platform/logger';
import { openRedis, redisReady } from '@maskwatch/platform/redis';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { loadPair, modelsOf } from '@maskwatch/runtime/model-pair';
import { yuv420pBytes, yuv420pPicture } from '@maskwatch/vision/picture';
import type { Redis } from 'ioredis';
import { inferenceMetrics } from 'maskwatch/scaled/inference-metrics';

const cameras = 16;
/** Of one run: ten pictures a second, and four times as many are offered. */
const runMs = 100;
const intervalMs = (cameras * runMs) / 4;
const overloadMs = 6000;
/** A machine that is busy with other things serves them all later. */
const mostMs = 60_000;
/**
 * Redis counts what its allocator hands out, in steps of up to a quarter, and beside what waits it
 * holds what is on its way in and out, and some KB a connection.
 */
const overhead = { factor: 1.25, requests: 3, bytes: 300_000 };
/** No camera's picture compresses worse. */
const noise = randomBytes(yuv420pBytes(640, 360));

const pair = await loadPair({
  detector: 'face-yolov4-mobilenetv2',
  classifier: 'mask-mobilenetv2',
});

async function startWorker(url: string): Promise<InferenceService> {
  process.env.MASKWATCH_BENCH_RUN_MS = String(runMs);
  const queue = await startQueue({
    script: new URL('../../bench/service/slow-worker.ts', import.meta.url),
    setups: [{ ...pair, golden: false }],
  });
  const redis = openRedis({ url, logger, name: 'worker' });
  const reader = openRedis({ url, logger, name: 'worker takes', reader: true });
  await redisReady(redis);
  await redisReady(reader);
  const stamp = stampOf(pair, 'test');
  await writeStamp(redis, stamp);
  const service = new InferenceService({
    ...{ redis, reader, queue, threads: 1, id: 'w', stamp, clock, logger },
    onRefused: (problem) => assert.fail(problem),
  });
  service.start();
  return service;
}

/** The owner's own loop; only the pictures are made here, the same each interval. */
function startCamera(n: number, inference: InferenceQueue) {
  const camera = CameraConfig.parse({ id: `camera-${n}`, source: 'rtsp://192.0.2.1/live' });
  const models = modelsOf(pair);
  const tracker = newTracker(models);
  let handlers!: FrameSourceHandlers;
  const counters = { received: 0, replaced: 0, discarded: 0, starts: 1 };
  const owner = new CameraOwner({
    ...{ camera, tracker, clock, logger },
    bus: { send() {} } as unknown as IngestBus,
    judge: new FaceJudge({ cameraId: camera.id, rate: camera.rate, models, inference, tracker }),
    candidates: new EvidenceCandidates([]),
    openSource(given) {
      handlers = given;
      const status = { state: 'live', since: clock.now() } as const;
      return { start() {}, async stop() {}, status, counters };
    },
  });
  owner.start();
  const picture = yuv420pPicture(noise, 640, 360);
  const frame = () => {
    const sequence = counters.received;
    counters.received += 1;
    handlers.onFrame({ sequence, capturedAt: clock.now(), picture, release() {} });
  };
  let timer = setTimeout(
    () => {
      frame();
      timer = setInterval(frame, intervalMs);
    },
    (n * intervalMs) / cameras,
  );
  const stop = () => {
    clearInterval(timer);
    return owner.stop();
  };
  return { owner, stop };
}

async function look(redis: Redis) {
  const [keys, names, waiting, memory] = await Promise.all([
    redis.keys(frameKey('*')),
    redis.zcard(readyKeys[1]),
    framesWaiting(redis),
    redis.info('memory'),
  ]);
  const used = Number(/^used_memory:(\d+)/m.exec(memory)![1]);
  return { keys: keys.length, names, bytes: waiting.detect.bytes, used };
}

test('four times what a worker takes costs frames, not memory, and no camera goes without', async (t) => {
  const server = await startRedis('frames');
  const redis = openRedis({ url: server.url, logger, name: 'test' });
  await redisReady(redis);
  const before = (await look(redis)).used;
  const worker = await startWorker(server.url);
  const queue = await openRedisQueue({ url: server.url, ownerId: 'owner', logger, clock });
  const all = Array.from({ length: cameras }, (_, n) => startCamera(n, queue));
  const repeat = setInterval(() => writeStamp(redis, stampOf(pair, 'test')).catch(() => {}), 2000);
  t.after(async () => {
    clearInterval(repeat);
    await Promise.all(all.map(({ stop }) => stop()));
    await queue.close();
    await worker.stop();
    redis.disconnect();
    await server.close();
  });

  const looks: Awaited<ReturnType<typeof look>>[] = [];
  const beganAt = clock.now();
  const served = () => all.every(({ owner }) => owner.counters.judged > 0);
  const over = (ms: number) => clock.now() - beganAt > ms;
  while (!over(overloadMs) || !(served() || over(mostMs))) {
    looks.push(await look(redis));
    await sleep(40);
  }
  const metrics = await inferenceMetrics(worker).metrics();

  const most = (of: (one: (typeof looks)[0]) => number) => Math.max(...looks.map(of));
  const [keys, names, bytes] = [most((l) => l.keys), most((l) => l.names), most((l) => l.bytes)];
  const grown = most(({ used }) => used) - before;
  const counters = all.map(({ owner }) => owner.counters);
  const sum = (of: (one: (typeof counters)[0]) => number) =>
    counters.reduce((total, one) => total + of(one), 0);
  const [received, judged, replaced, lost] = [
    sum((one) => one.received),
    sum((one) => one.judged),
    sum((one) => one.replaced),
    sum((one) => one.lost),
  ];
  const judgedBy = counters.map((one) => one.judged);
  t.diagnostic(
    `${received} frames offered, ${judged} judged (${Math.min(...judgedBy)} to ${Math.max(...judgedBy)} a camera), ` +
      `${replaced} replaced, ${lost} lost; at most ${keys} pictures, ${bytes} bytes, memory grew by ${grown}`,
  );

  assert.ok(judged < received / 2, 'more is offered than taken');
  assert.ok(keys <= cameras, `${keys} pictures of ${cameras} cameras`);
  assert.ok(names <= cameras, `${names} names of ${cameras} cameras`);
  const largest = queue.status().largestBytes!;
  assert.ok(bytes > (cameras * largest) / 2 && bytes <= cameras * largest);
  const bound = overhead.factor * (cameras + overhead.requests) * largest + overhead.bytes;
  assert.ok(grown <= bound, `${grown} bytes of ${bound}`);
  assert.match(metrics, /maskwatch_inference_waiting_requests\{kind="detect"\} 1[0-6]\n/);
  assert.match(metrics, /maskwatch_inference_waiting_bytes\{kind="detect"\} \d{6,8}\n/);
  assert.ok(judgedBy.every((count) => count > 0));
  // Of each camera one frame is under way and one waits.
  const open = received - judged - replaced - lost;
  assert.ok(replaced > 0 && open >= 0 && open <= 2 * cameras, `${open} frames unaccounted for`);
});
