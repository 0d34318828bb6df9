/** What becomes of the bus when its Redis is hurt. */

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { HubMessage, IngestMessage } from '@maskwatch/contracts/bus';
import { protocol } from '@maskwatch/contracts/scaled';
import { silentLogger } from '@maskwatch/platform/logger';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { until } from '@maskwatch/platform/testing/until';
import { Redis } from 'ioredis';
import { RedisHubBus } from './redis-hub-bus.ts';
import { RedisIngestBus } from './redis-ingest-bus.ts';
import { encodeWord, hubChannel, ingestChannel } from './redis-words.ts';
import { openLine } from './testing/line.ts';

const logger = silentLogger;

/** A word whose number tells when it was said. */
const numbered = (n: number): IngestMessage => ({ kind: 'in-flight', cameraId: `c${n}` });

async function ends(
  t: TestContext,
  { more = [], slow = false }: { more?: string[]; slow?: boolean },
) {
  const redis = await startRedis('frames', more);
  t.after(() => redis.close());
  const line = await openLine(redis.port);
  const hub = new RedisHubBus({ url: slow ? line.url : redis.url, hubId: 'a', logger });
  const ingest = new RedisIngestBus({ url: redis.url, ingestId: 'i', logger });
  t.after(() => Promise.all([hub.close(), ingest.close(), line.close()]));
  await Promise.all([hub.ready(), ingest.ready()]);
  const heard: number[] = [];
  const connected: boolean[] = [];
  hub.onMessage((message) => {
    if (message.kind === 'in-flight') heard.push(Number(message.cameraId.slice(1)));
  });
  hub.onConnected((now) => connected.push(now));
  return { redis, line, hub, ingest, heard, connected };
}

test('a Redis that stands still for 10 s: what could not be said is counted, the rest stays in order', async (t) => {
  const { redis, ingest, heard, connected } = await ends(t, {});
  let said = 0;
  const saying = setInterval(() => {
    ingest.send(numbered(said));
    said += 1;
  }, 50);
  t.after(() => clearInterval(saying));
  await until('words before', () => heard.length > 5);

  redis.pause();
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const goesOnAt = Date.now();
  redis.resume();
  const last = said;
  await until('words after', () => heard.some((n) => n > last), { withinMs: 10_000 });
  const backMs = Date.now() - goesOnAt;
  clearInterval(saying);
  await until('the hub again', () => connected.at(-1) === true);
  await new Promise((resolve) => setTimeout(resolve, 500));

  assert.deepEqual(connected, [true, false, true]);
  assert.deepEqual(
    heard,
    [...new Set(heard)].sort((a, b) => a - b),
  );
  const dropped = ingest.dropped['in-flight'] ?? 0;
  t.diagnostic(`said ${said}, heard ${heard.length}, dropped ${dropped}, back after ${backMs} ms`);
  // Between the two, what was said to nobody: this end was there again before the hub listened.
  assert.ok(heard.length + dropped <= said && dropped > 100);
});

test('a hub that is too slow is cut off by Redis and goes on from now; other hubs hear all', async (t) => {
  const limit = ['--client-output-buffer-limit', 'pubsub 1mb 0 0'];
  const { redis, line, ingest, heard, connected } = await ends(t, { more: limit, slow: true });
  const other = new RedisHubBus({ url: redis.url, hubId: 'b', logger });
  t.after(() => other.close());
  await other.ready();
  let all = 0;
  other.onMessage(() => {
    all += 1;
  });

  line.stop();
  const crops = new Uint8Array(100_000);
  const box = [0, 0, 1, 1] as const;
  const candidate = {
    ...{ cameraId: 'gate', trackId: 't', capturedAt: 1, width: 64, height: 64, quality: 1 },
    box,
    crop: { width: 1, height: 1, box },
    ...{ pictureBytes: 100_000, cropBytes: 0 },
  };
  let said = 0;
  for (; connected.at(-1) === true && said < 1000; said += 1) {
    ingest.send({ kind: 'evidence', candidate }, [crops]);
    ingest.send(numbered(said));
    await until('words at the other hub', () => all === 2 * (said + 1));
  }
  line.goOn();
  await until('the hub again', () => connected.at(-1) === true);
  ingest.send(numbered(1000));
  await until('words again', () => heard.includes(1000));

  t.diagnostic(`cut off after ${said} words of 100 KB`);
  assert.ok(heard.length < said);
  assert.deepEqual(ingest.dropped, {});
});

test('a word of a newer protocol is refused and counted; what its ingest says of itself is heard', async (t) => {
  const { redis, hub, ingest, heard } = await ends(t, {});
  const newer = new Redis(redis.url);
  t.after(() => newer.disconnect());
  const seen: HubMessage[] = [];
  const told: IngestMessage[] = [];
  ingest.onMessage((message) => seen.push(message));
  hub.onMessage((message) => told.push(message));
  const next = { protocol: protocol + 1 };
  const model = { name: 'm', sha256: 's' };
  const stamp = { ...next, version: '9.0.0', detector: model };
  const itself = { kind: 'ingest', stamp, owned: [], cameras: {}, leaving: false };

  const from = { ...next, ingestId: 'k', epoch: 1 };
  await newer.publish(ingestChannel, encodeWord({ ...from, message: numbered(1) }));
  await newer.publish(ingestChannel, encodeWord({ ...from, message: itself }));
  const leases = { kind: 'leases', term: 9, ingestId: 'i', validMs: 6000, leases: [] };
  await newer.publish(hubChannel, encodeWord({ ...next, hubId: 'z', message: leases }));
  await until('the words', () => told.length === 1 && ingest.refused === 1);

  assert.deepEqual(told, [itself]);
  assert.deepEqual([seen, heard], [[], []]);
  assert.equal(hub.counts.refused, 1);
});
