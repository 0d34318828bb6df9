import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessStamp } from '@maskwatch/contracts/scaled';
import { createLogger } from '@maskwatch/platform/logger';
import { openRedis, redisReady } from '@maskwatch/platform/redis';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import {
  readStamp,
  readWorkers,
  refuseOtherModels,
  writeStamp,
  writeWorker,
} from './worker-registry.ts';

const stamp: ProcessStamp = {
  ...{ protocol: 1, version: '1.0.0', detector: { name: 'faces', sha256: 'aa' } },
  classifier: { name: 'masks', sha256: 'bb' },
};

test('another model is refused with both hashes, another version is not', () => {
  assert.equal(refuseOtherModels({ ...stamp, version: '1.1.0' }, stamp), undefined);
  const other = { ...stamp, classifier: { name: 'masks', sha256: 'cc' } };

  const problem = refuseOtherModels(other, stamp);

  assert.equal(problem?.code, 'models-differ');
  assert.match(problem!.message, /classifier is masks \(sha256 cc\) here, masks \(sha256 bb\) at/);
  assert.match(refuseOtherModels({ ...stamp, protocol: 2 }, stamp)!.message, /protocol 2/);
});

test('the stamp of the hub and the workers that were heard of lately are read back', async (t) => {
  const server = await startRedis('frames');
  const redis = openRedis({
    url: server.url,
    logger: createLogger({ service: 'test' }),
    name: 'test',
  });
  t.after(async () => {
    redis.disconnect();
    await server.close();
  });
  await redisReady(redis);
  const worker = (id: string, at: number) => ({
    ...{ id, at, host: 'h', pid: 1, version: '1', provider: 'cpu' as const, batch: 1 },
    ...{ pictures: 1, crops: 2, failed: 0 },
  });
  assert.equal(await readStamp(redis), undefined);
  await writeStamp(redis, stamp);
  await writeWorker(redis, worker('new', 100_000));
  await writeWorker(redis, worker('silent', 94_000));
  await writeWorker(redis, worker('forgotten', 10));

  assert.deepEqual(await readStamp(redis), stamp);
  assert.deepEqual(
    (await readWorkers(redis, 100_000)).map(({ id }) => id),
    ['new'],
  );
  assert.deepEqual((await redis.hkeys('maskwatch:workers')).sort(), ['new', 'silent']);
});
