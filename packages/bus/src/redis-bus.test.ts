import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { HubMessage, IngestMessage } from '@maskwatch/contracts/bus';
import { silentLogger } from '@maskwatch/platform/logger';
import type { Engine } from '@maskwatch/platform/testing/engine';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { until } from '@maskwatch/platform/testing/until';
import { Redis } from 'ioredis';
import type { Sender } from './bus.ts';
import { busContract } from './contract-suite.ts';
import { RedisHubBus } from './redis-hub-bus.ts';
import { RedisIngestBus } from './redis-ingest-bus.ts';
import { ingestChannel } from './redis-words.ts';
import { openLine } from './testing/line.ts';

let redis: Engine;
before(async () => {
  redis = await startRedis('frames');
});
after(() => redis.close());

const logger = silentLogger;
const tick = (cameraId: string): IngestMessage => ({ kind: 'in-flight', cameraId });

async function aHub(t: TestContext, hubId: string, url = redis.url): Promise<RedisHubBus> {
  const hub = new RedisHubBus({ url, hubId, logger });
  t.after(() => hub.close());
  await hub.ready();
  return hub;
}

async function anIngest(t: TestContext, ingestId: string, silentMs?: number) {
  const more = silentMs === undefined ? {} : { silentMs };
  const ingest = new RedisIngestBus({ url: redis.url, ingestId, logger, ...more });
  t.after(() => ingest.close());
  await ingest.ready();
  return ingest;
}

busContract('Redis', async () => {
  const line = await openLine(redis.port);
  const hub = new RedisHubBus({ url: line.url, hubId: 'a', logger });
  const ingest = new RedisIngestBus({ url: redis.url, ingestId: 'i', logger, silentMs: 3000 });
  await Promise.all([hub.ready(), ingest.ready()]);
  return {
    hub,
    ingest,
    stopReading: () => line.stop(),
    goOn: () => line.goOn(),
    picturesDropped: () => (ingest.dropped.picture ?? 0) + hub.counts.skipped,
    async close() {
      await Promise.all([hub.close(), ingest.close()]);
      await line.close();
    },
  };
});

test('every hub hears every ingest, with who said it in which epoch', async (t) => {
  const hubs = [await aHub(t, 'a'), await aHub(t, 'b')];
  const ingests = [await anIngest(t, 'i'), await anIngest(t, 'k')];
  const heard: Sender[][] = hubs.map(() => []);
  hubs.forEach((hub, n) => {
    hub.onMessage((_message, _bytes, sender) => heard[n]!.push(sender));
  });

  ingests[0]!.send(tick('gate'), [], 7);
  ingests[1]!.send(tick('door'), [], 2 ** 40);
  await until('both words at both hubs', () => heard.every(({ length }) => length === 2));

  for (const senders of heard) {
    assert.deepEqual(
      senders.toSorted((a, b) => a.epoch - b.epoch),
      [
        { ingestId: 'i', epoch: 7 },
        { ingestId: 'k', epoch: 2 ** 40 },
      ],
    );
  }
});

test('what viewers of several hubs watch is one set, and a hub that is gone wants nothing', async (t) => {
  const ingest = await anIngest(t, 'i');
  const seen: string[][] = [];
  ingest.onMessage((message) => {
    if (message.kind === 'watched') seen.push(message.cameraIds);
  });
  const [one, two] = [await aHub(t, 'a'), await aHub(t, 'b')];

  one.send({ kind: 'watched', cameraIds: ['gate'] });
  await until('the first set', () => seen.length === 1);
  two.send({ kind: 'watched', cameraIds: ['door', 'gate'] });
  await until('the second set', () => seen.length === 2);
  await two.close();
  await until('the set without the second hub', () => seen.length === 3, { withinMs: 12_000 });

  assert.deepEqual(seen, [['gate'], ['door', 'gate'], ['gate']]);
});

test('a picture of a camera that nobody watches on this hub is not fetched', async (t) => {
  const [one, two] = [await aHub(t, 'a'), await aHub(t, 'b')];
  const ingest = await anIngest(t, 'i');
  const seen: string[] = [];
  one.onMessage(({ kind }) => seen.push(`one ${kind}`));
  two.onMessage(({ kind }) => seen.push(`two ${kind}`));
  two.send({ kind: 'watched', cameraIds: ['gate'] });

  const observation = { cameraId: 'gate', sequence: 1, capturedAt: 1, width: 64, height: 64 };
  ingest.send({ kind: 'picture', observation: { ...observation, tracks: [], coveredMs: 1 } }, [
    Uint8Array.of(1),
  ]);
  await until('the picture', () => seen.includes('two picture'));
  ingest.send(tick('gate'));
  await until('the word after it', () => seen.includes('one in-flight'));

  assert.ok(!seen.includes('one picture'));
});

test('leases of any ingest are heard by all, and a hub that beats is no silent one', async (t) => {
  const ingest = await anIngest(t, 'i', 3000);
  const hub = await aHub(t, 'a');
  const seen: HubMessage[] = [];
  let closed = 0;
  ingest.onMessage((message) => seen.push(message));
  ingest.onClosed(() => {
    closed += 1;
  });
  const leases = { term: 3, ingestId: 'k', validMs: 6000, leases: [{ cameraId: 'x', epoch: 9 }] };

  hub.send({ kind: 'leases', ...leases });
  await until('the leases', () => seen.length === 1);
  assert.deepEqual(seen, [{ kind: 'leases', ...leases }]);
  await new Promise((resolve) => setTimeout(resolve, 4500));
  assert.equal(closed, 0);

  await hub.close();
  await until('silence of all hubs', () => closed === 1);
});

test('no config and no password goes through Redis', async (t) => {
  const hub = await aHub(t, 'a');
  const spy = new Redis(redis.url);
  t.after(() => spy.disconnect());
  const heard: string[] = [];
  spy.on('pmessage', (_pattern, _channel, text) => heard.push(text));
  await spy.psubscribe('*');
  const models = { detector: 'd', classifier: 'c' };

  hub.send({ kind: 'configure', cameras: [], models, evidenceStates: ['no_mask'] });
  hub.send({ kind: 'watched', cameraIds: ['gate'] });
  await until('what is watched', () => heard.some((text) => text.includes('gate')));

  assert.ok(!heard.some((text) => text.includes('configure')));
});

test('foreign words are refused and counted, and what follows is heard', async (t) => {
  const hub = await aHub(t, 'a');
  const ingest = await anIngest(t, 'i');
  const stranger = new Redis(redis.url);
  t.after(() => stranger.disconnect());
  const seen: string[] = [];
  hub.onMessage(({ kind }) => seen.push(kind));

  const foreign = ['', 'x', '{}', Buffer.alloc(8), Buffer.from('ffffffff00000000', 'hex')];
  for (const word of foreign) await stranger.publish(ingestChannel, word);
  ingest.send(tick('gate'));
  await until('the word of an ingest', () => seen.length > 0);

  assert.deepEqual(seen, ['in-flight']);
  assert.equal(hub.counts.refused, foreign.length);
});

test('without Redis nothing waits and all is counted; both ends are there again after it', async (t) => {
  const own = await startRedis('frames');
  t.after(() => own.close());
  const hub = await aHub(t, 'a', own.url);
  const ingest = new RedisIngestBus({ url: own.url, ingestId: 'i', logger });
  t.after(() => ingest.close());
  await ingest.ready();
  const connected: boolean[] = [];
  let heard = 0;
  hub.onConnected((now) => connected.push(now));
  hub.onMessage(() => {
    heard += 1;
  });

  await own.kill();
  await until('the loss', () => connected.at(-1) === false);
  for (let n = 0; n < 1000; n += 1) ingest.send(tick('gate'));
  await until('a thousand dropped', () => ingest.dropped['in-flight'] === 1000);
  await own.restart();
  await until('the hub again', () => connected.at(-1) === true);
  assert.equal(heard, 0);
  await until('words again', () => {
    ingest.send(tick('gate'));
    return heard > 0;
  });

  assert.deepEqual(connected, [true, false, true]);
});

test('a line that stands still is noticed, and the hub goes on from now', async (t) => {
  const line = await openLine(redis.port);
  const hub = new RedisHubBus({ url: line.url, hubId: 'a', logger });
  t.after(async () => {
    await hub.close();
    await line.close();
  });
  await hub.ready();
  const ingest = await anIngest(t, 'i');
  const connected: boolean[] = [];
  const heard: string[] = [];
  hub.onConnected((now) => connected.push(now));
  hub.onMessage((message) => 'cameraId' in message && heard.push(message.cameraId));

  line.stop();
  ingest.send(tick('old'));
  await until('a cut line', () => connected.at(-1) === false, { withinMs: 8000 });
  line.goOn();
  await until('the line again', () => connected.at(-1) === true, { withinMs: 8000 });
  ingest.send(tick('new'));
  await until('the word after the cut', () => heard.includes('new'));

  assert.deepEqual(heard, ['new']);
});

test('a Redis that writes to its disk is refused', async (t) => {
  const jobs = await startRedis('jobs');
  t.after(() => jobs.close());
  const hub = new RedisHubBus({ url: jobs.url, hubId: 'a', logger });
  t.after(() => hub.close());

  await assert.rejects(hub.ready(), { code: 'redis-setting' });
});
