import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger as logger } from '@maskwatch/platform/logger';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { Server } from 'socket.io';
import { openHubAdapter } from './hub-adapter.ts';

interface Words {
  changed(sequence: number): void;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('hubs hear one another, also after Redis was gone, and none hears itself', async (t) => {
  const redis = await startRedis('frames');
  const heard: string[] = [];
  const hubs = ['one', 'two'].map((hubId) => {
    const { adapter, close } = openHubAdapter({ url: redis.url, hubId, logger });
    const server = new Server<Words, Words, Words>({ adapter });
    server.on('changed', (sequence) => heard.push(`${hubId} ${sequence}`));
    return { server, close };
  });
  t.after(async () => {
    for (const { close } of hubs) close();
    await redis.close();
  });
  const say = (sequence: number) => hubs[0]!.server.serverSideEmit('changed', sequence);
  const until = async (word: string) => {
    const deadline = performance.now() + 10_000;
    while (!heard.includes(word)) {
      assert.ok(performance.now() < deadline, `${word} was not heard: ${heard}`);
      say(Number(word.split(' ')[1]));
      await pause(50);
    }
  };

  await until('two 1');
  await redis.kill();
  say(2);
  await pause(500);
  say(2);
  await redis.restart();
  await until('two 3');

  assert.deepEqual(
    heard.filter((word) => word.startsWith('one')),
    [],
  );
  assert.ok(!heard.includes('two 2'), 'what is said without Redis is lost, and not said later');
});

test('one that is closed before anybody used it costs nothing, whether Redis is there or not', async (t) => {
  const redis = await startRedis('frames');
  t.after(() => redis.close());
  for (const url of [redis.url, 'redis://127.0.0.1:1']) {
    const { close } = openHubAdapter({ url, hubId: 'one', logger });
    await pause(300);
    close();
  }
  await pause(1500);

  const before = process.cpuUsage();
  await pause(1000);
  const { user, system } = process.cpuUsage(before);
  assert.ok((user + system) / 1e6 < 0.3, `${(user + system) / 1e6} s of CPU in a second`);
});
