import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemClock } from '@maskwatch/platform/clock';
import { createLogger } from '@maskwatch/platform/logger';
import { openRedis, redisReady } from '@maskwatch/platform/redis';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import type { Redis } from 'ioredis';
import type { DetectorRequest } from './inference-queue.ts';
import { openRedisQueue } from './redis-queue.ts';
import {
  type Answer,
  answer,
  fetchRequests,
  frameKey,
  readyKeys,
  type Taken,
  takeCameras,
} from './redis-words.ts';

const logger = createLogger({ service: 'test' });

function request(cameraId: string): DetectorRequest {
  const planes = new Uint8Array(new SharedArrayBuffer(3 * 32 * 32)).fill(7);
  return {
    ...{ cameraId, planes, width: 32, height: 32, colour: 'rgb', scale: 1, minConfidence: 0.5 },
  };
}

async function open(t: TestContext) {
  const server = await startRedis('frames');
  const queue = await openRedisQueue({ url: server.url, ownerId: 'o', logger, clock: systemClock });
  const redis = openRedis({ url: server.url, logger, name: 'test' });
  const reader = openRedis({ url: server.url, logger, name: 'test reads', reader: true });
  await redisReady(redis);
  t.after(async () => {
    redis.disconnect();
    reader.disconnect();
    await queue.close();
    await server.close();
  });
  return { server, queue, redis, reader };
}

async function take(connections: { reader: Redis; redis: Redis }, most: number) {
  return fetchRequests(connections.redis, await takeCameras(connections, { most }));
}

const noFace: Answer['reply'] = { kind: 'detections', detections: [], ms: 3 };
const codeOf = (fault: unknown) => (fault as { code?: string }).code;

test('what nobody answers within 2 s is counted as lost, and the next frame goes out', async (t) => {
  const { queue, redis, reader } = await open(t);

  const first = await queue.detect(request('gate')).catch(codeOf);
  const second = queue.detect(request('gate'));
  let taken: Taken | undefined;
  // The name of the one that is lost may still be there.
  while (taken === undefined) [taken] = await take({ reader, redis }, 4);
  await answer(redis, taken.owner, { id: taken.id, worker: 'w', reply: noFace });

  assert.equal(first, 'inference-lost');
  assert.deepEqual(await second, []);
  assert.equal(queue.status().lost, 1);
});

test('an owner takes back its own request, not that of the one who has the camera now', async (t) => {
  const { server, queue, redis, reader } = await open(t);
  const next = await openRedisQueue({
    ...{ url: server.url, ownerId: 'next', logger, clock: systemClock },
  });
  t.after(() => next.close());
  const before = queue.detect(request('gate')).catch(codeOf);
  await new Promise((go) => setTimeout(go, 1000));
  const after = next.detect(request('gate'));
  await new Promise((go) => setTimeout(go, 800));
  const [taken] = await take({ reader, redis }, 4);
  await answer(redis, taken!.owner, { id: taken!.id, worker: 'w', reply: noFace });

  assert.equal(taken?.owner, 'next');
  assert.deepEqual(await after, []);
  assert.equal(await before, 'inference-lost');
});

test('what no worker takes within 1.5 s is taken back, and Redis holds it no more', async (t) => {
  const { queue, redis } = await open(t);
  const asked = queue.detect(request('gate')).then(String, String);
  await new Promise((go) => setTimeout(go, 500));
  assert.equal(await redis.exists(frameKey('gate')), 1);

  assert.match(await asked, /took it within 1.5 s/);
  assert.equal(await redis.exists(frameKey('gate')), 0);
});

test('without a worker Redis holds one picture and one name a camera, however often they ask', async (t) => {
  const { queue, redis } = await open(t);
  const cameras = Array.from({ length: 16 }, (_, n) => `camera-${n}`);
  // Four times as much as one camera may ask.
  const asked = cameras.flatMap((id) => Array.from({ length: 4 }, () => queue.detect(request(id))));
  const settled = Promise.allSettled(asked);
  for (let look = 0; look < 25; look += 1) {
    assert.ok((await redis.keys(frameKey('*'))).length <= cameras.length);
    assert.ok((await redis.zcard(readyKeys[1])) <= cameras.length);
    await new Promise((go) => setTimeout(go, 100));
  }
  assert.ok((await settled).every(({ status }) => status === 'rejected'));
});

test('a worker takes crops first, then the oldest picture, and each once', async (t) => {
  const { queue, redis, reader } = await open(t);
  const crops = new Uint8Array(new SharedArrayBuffer(12));
  const asked = [queue.detect(request('first'))];
  await new Promise((go) => setTimeout(go, 100));
  asked.push(queue.detect(request('second')));
  await new Promise((go) => setTimeout(go, 100));
  asked.push(queue.classify({ cameraId: 'third', crops, count: 1, colour: 'rgb' }) as never);
  await new Promise((go) => setTimeout(go, 100));
  const settled = Promise.allSettled(asked);

  const order = [...(await take({ reader, redis }, 8)), ...(await take({ reader, redis }, 8))];

  assert.deepEqual(
    order.map(({ kind, request: { cameraId } }) => `${kind} ${cameraId}`),
    ['classify third', 'detect first', 'detect second'],
  );
  assert.deepEqual(await redis.keys(frameKey('*')), []);
  await settled;
});

test('requests are lost while Redis is away, and answered again when it is back, empty', async (t) => {
  const { server, queue, redis, reader } = await open(t);
  await server.kill();
  assert.equal(await queue.detect(request('gate')).catch(codeOf), 'inference-lost');
  await server.restart();

  let answered = false;
  for (let tries = 0; tries < 10 && !answered; tries += 1) {
    const asked = queue.detect(request('gate')).then(
      () => true,
      () => false,
    );
    const taken = await take({ reader, redis }, 1).catch(() => []);
    for (const { id, owner } of taken)
      await answer(redis, owner, { id, worker: 'w', reply: noFace });
    answered = await asked;
  }
  assert.ok(answered);
});

test('closing waits for nothing while Redis is away', async (t) => {
  const { server, queue } = await open(t);
  await server.kill();
  const asked = queue.detect(request('gate')).catch(codeOf);
  await queue.close();

  assert.equal(await asked, 'inference-lost');
});

test('a Redis that writes pictures to its disk is refused with the setting to change', async (t) => {
  const server = await startRedis('jobs');
  t.after(() => server.close());
  const opened = openRedisQueue({ url: server.url, ownerId: 'o', logger, clock: systemClock });
  await assert.rejects(opened, /writes pictures to its disk \(appendonly\)/);
});
