import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger as logger } from './logger.ts';
import { openRedis, redisReady, requireRedis } from './redis.ts';
import { startRedis } from './testing/redis-server.ts';

test('a Redis that would write pictures to a disk, or drop what waits, is refused with the setting', async () => {
  const server = await startRedis('frames');
  const redis = openRedis({ url: server.url, logger, name: 'test' });
  await redisReady(redis);
  await requireRedis(redis, 'frames');
  const refused = async (use: 'frames' | 'jobs', name: string, value: string, usual: string) => {
    await redis.config('SET', name, value);
    await assert.rejects(requireRedis(redis, use), (fault: Error & { action: string }) => {
      assert.match(fault.action, new RegExp(name));
      return true;
    });
    await redis.config('SET', name, usual);
  };
  await refused('frames', 'appendonly', 'yes', 'no');
  await refused('frames', 'save', '60 1', '');
  await refused('frames', 'maxmemory-policy', 'allkeys-lru', 'noeviction');
  await refused('jobs', 'maxmemory-policy', 'volatile-ttl', 'noeviction');
  await requireRedis(redis, 'jobs');
  redis.disconnect();
  await server.close();
});

test('while Redis is gone a command is rejected at once, and it answers again by itself', async () => {
  const server = await startRedis('frames');
  const redis = openRedis({ url: server.url, logger, name: 'test' });
  await redisReady(redis);
  await server.kill();
  await assert.rejects(redis.set('a', '1'));
  await assert.rejects(redis.set('a', '1'));
  await server.restart();
  await redisReady(redis);
  assert.equal(await redis.set('a', '1'), 'OK');
  redis.disconnect();
  await server.close();
});

test('a Redis that stands still is given up within seconds', async () => {
  const server = await startRedis('frames');
  const redis = openRedis({ url: server.url, logger, name: 'test' });
  await redisReady(redis);
  server.pause();
  await assert.rejects(redis.get('a'), /tim/i);
  server.resume();
  await redisReady(redis);
  redis.disconnect();
  await server.close();
});

test('an address where nobody listens is a problem that names it', async () => {
  const redis = openRedis({ url: 'redis://:secret@127.0.0.1:1', logger, name: 'test' });
  await assert.rejects(redisReady(redis, 500), (fault: Error & { code: string }) => {
    assert.equal(fault.code, 'redis-unreachable');
    assert.match(fault.message, /127\.0\.0\.1:1/);
    assert.doesNotMatch(fault.message, /secret/);
    return true;
  });
  redis.disconnect();
});
