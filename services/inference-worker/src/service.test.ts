import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type BatchQueue, startInferenceWorkers } from '@maskwatch/inference/in-process-queue';
import type { DetectorRequest } from '@maskwatch/inference/inference-queue';
import { openRedisQueue } from '@maskwatch/inference/redis-queue';
import { readyKeys } from '@maskwatch/inference/redis-words';
import type { Outcome } from '@maskwatch/inference/worker-messages';
import { readWorkers, stampOf, writeStamp } from '@maskwatch/inference/worker-registry';
import { type Clock, FakeClock, systemClock } from '@maskwatch/platform/clock';
import { silentLogger as logger } from '@maskwatch/platform/logger';
import { openRedis, redisReady } from '@maskwatch/platform/redis';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { loadPair } from '@maskwatch/runtime/model-pair';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import { InferenceService, type InferenceServiceOptions } from './service.ts';

const models = { detector: 'face-yolov4-mobilenetv2', classifier: 'mask-mobilenetv2' };
const [width, height] = [160, 96];

function request(n: number): DetectorRequest {
  const planes = new Uint8Array(new SharedArrayBuffer(3 * width * height));
  planes.set(goldenPattern(width, height).map((value) => value + 40 * n));
  return {
    ...{ cameraId: `camera-${n}`, planes, width, height, colour: 'rgb', scale: 1 },
    minConfidence: 1e-4,
  };
}

const pause = () => new Promise((go) => setTimeout(go, 5));

type Given = Pick<InferenceServiceOptions, 'queue' | 'batch' | 'died' | 'onUnderWay'> & {
  clock?: Clock;
};

/** A service that is not started yet, and an owner's queue. */
async function open(t: TestContext, { clock = systemClock, ...given }: Given) {
  const server = await startRedis('frames');
  const connect = async (name: string, reader: boolean) => {
    const redis = openRedis({ url: server.url, logger, name, reader });
    await redisReady(redis);
    return redis;
  };
  const redis = await connect('test', false);
  const stamp = stampOf(await loadPair(models), 'test');
  await writeStamp(redis, stamp);
  const service = new InferenceService({
    ...{ redis: await connect('worker', false), reader: await connect('takes', true) },
    ...{ threads: 1, id: 'w', stamp, clock, logger, onRefused: assert.fail, ...given },
  });
  const owner = await openRedisQueue({
    ...{ url: server.url, ownerId: 'owner', logger, clock: systemClock },
  });
  t.after(async () => {
    await service.stop();
    await owner.close();
    redis.disconnect();
    await server.close();
  });
  /** Until so many have been asked in all, and so many of them wait. */
  const waiting = async (count: number, asked: number) => {
    const there = async () => [await redis.get('maskwatch:turn'), await redis.zcard(readyKeys[1])];
    while ((await there()).join() !== `${asked},${count}`) await pause();
  };
  return { service, owner, waiting, redis };
}

test('with a batch of four, eight cameras are answered in two runs as each alone', async (t) => {
  const queue = await startInferenceWorkers({ ...models, workers: 1, logger });
  const requests = Array.from({ length: 8 }, (_, n) => request(n));
  const { service, owner, waiting } = await open(t, { queue, batch: 4 });
  const before = queue.status().workers[0]!.runs;

  const asked = requests.map((one) => owner.detect(one));
  await waiting(8, 8);
  const { detect, classify } = await service.waiting();
  assert.deepEqual([detect.requests, classify.requests], [8, 0]);
  const largest = owner.status().largestBytes!;
  assert.ok(detect.bytes > 4 * largest && detect.bytes <= 8 * largest);
  service.start();
  const answers = await Promise.all(asked);
  const runs = queue.status().workers[0]!.runs - before;
  const alone = await inTurn(requests, (one) => owner.detect(one));

  assert.equal(runs, 2);
  assert.equal(service.status().batch, 4);
  assert.equal(service.counts.pictures, 16);
  for (const [n, found] of answers.entries()) {
    assert.ok(found.length > 0);
    assert.equal(found.length, alone[n]!.length);
    for (const [at, { confidence }] of found.entries()) {
      assert.ok(Math.abs(confidence - alone[n]![at]!.confidence) < 1e-5);
    }
  }
});

async function inTurn<One, Found>(all: One[], ask: (one: One) => Promise<Found>): Promise<Found[]> {
  const found: Found[] = [];
  for (const one of all) found.push(await ask(one));
  return found;
}

/** Threads that note what they were given, on a provider that no test machine has. */
function noting(provider: 'cpu' | 'webgpu') {
  const batches: string[][] = [];
  const none: Outcome = { kind: 'detections', detections: [], ms: 1 };
  const queue: BatchQueue = {
    async judgeAll(asked) {
      batches.push(asked.map(({ request: { cameraId } }) => cameraId));
      return asked.map(() => none);
    },
    detect: async () => [],
    classify: async () => [],
    status: () => ({
      workers: [{ id: 0, busy: false, runs: 0, computesOn: { provider } }],
      ...{ queued: 0, refused: 0, failed: 0 },
    }),
    close: async () => {},
  };
  return { queue, batches };
}

test('a GPU waits 5 ms for more of its kind, and then takes the oldest up to eight', async (t) => {
  const { queue, batches } = noting('webgpu');
  const clock = new FakeClock();
  const { service, owner, waiting } = await open(t, { queue, clock });
  service.start();
  while (!service.welcome) await pause();
  await clock.advance(200);

  const first = owner.detect(request(0));
  await waiting(0, 1);
  const more = Array.from({ length: 9 }, (_, n) => owner.detect(request(n + 1)));
  await waiting(9, 10);
  assert.deepEqual(batches, []);
  await clock.advance(5);
  await first;
  await waiting(0, 10);
  await clock.advance(5);
  await Promise.all(more);

  assert.deepEqual(
    batches.map(({ length }) => length),
    [8, 2],
  );
  assert.equal(batches[0]![0], 'camera-0');
  assert.equal(new Set(batches.flat()).size, 10);
});

test('a CPU takes one picture at a time and waits for nothing', async (t) => {
  const { queue, batches } = noting('cpu');
  const { service, owner, waiting } = await open(t, { queue });
  const asked = Array.from({ length: 3 }, (_, n) => owner.detect(request(n)));
  await waiting(3, 3);
  service.start();
  await Promise.all(asked);

  assert.deepEqual(batches.toSorted(), [['camera-0'], ['camera-1'], ['camera-2']]);
});

test('cameras are said to be under way before their pictures are looked at, until they are answered', async (t) => {
  const { queue, batches } = noting('cpu');
  const said: { cameraIds: string[]; looked: number }[] = [];
  const onUnderWay = (cameraIds: string[]) => said.push({ cameraIds, looked: batches.length });
  const { service, owner, waiting } = await open(t, { queue, batch: 4, onUnderWay });
  const asked = Array.from({ length: 2 }, (_, n) => owner.detect(request(n)));
  await waiting(2, 2);

  service.start();
  await Promise.all(asked);
  while (said.length < 2) await pause();

  assert.deepEqual(said, [
    { cameraIds: ['camera-0', 'camera-1'], looked: 0 },
    { cameraIds: [], looked: 1 },
  ]);
});

test('after a crash it tells of it before it takes a picture, and takes one at a time', async (t) => {
  const died = { at: 1_700_000_000_000, cameraIds: ['camera-0', 'camera-1'] };
  const { queue } = noting('cpu');
  const said: string[][] = [];
  const told: Promise<unknown>[] = [];
  const { service, owner, waiting, redis } = await open(t, {
    ...{ queue, batch: 4, died },
    onUnderWay(cameraIds) {
      said.push(cameraIds);
      told.push(readWorkers(redis, systemClock.now()).then(([one]) => one?.died));
    },
  });
  const asked = Array.from({ length: 2 }, (_, n) => owner.detect(request(n)));
  await waiting(2, 2);

  service.start();
  await Promise.all(asked);
  while (said.length < 4) await pause();

  assert.deepEqual(said, [['camera-0'], [], ['camera-1'], []]);
  assert.deepEqual(await told[0], died);
});
