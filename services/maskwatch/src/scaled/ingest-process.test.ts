/** Real ingest processes on a real Redis, and a hub that leases as the test says. */

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { Engine } from '@maskwatch/platform/testing/engine';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { until } from '@maskwatch/platform/testing/until';
import { GrantingHub } from './testing/granting-hub.ts';
import { startIngestChild } from './testing/ingest-child.ts';

const config = `
cameras:
  - { id: gate, source: demo, rate: 1, maxWidth: 160, maxHeight: 120 }
  - { id: door, source: demo, rate: 1, maxWidth: 160, maxHeight: 120 }
rules:
  - { id: masks, states: [no_mask] }
`;

let folder: string;
let file: string;
let redis: Engine;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maskwatch-ingest-'));
  file = join(folder, 'maskwatch.yaml');
  await writeFile(file, config);
  redis = await startRedis('frames');
});
after(async () => {
  await redis.close();
  await rm(folder, { recursive: true });
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Given {
  /** What each ingest is called; their ids begin with it. */
  names: string[];
  url?: string;
  environment?: Record<string, string>;
}

/** Ingests that run and own nothing yet, with their ids, and a hub that heard them. */
async function world(t: TestContext, { names, url = redis.url, environment = {} }: Given) {
  const hub = await GrantingHub.open(url);
  t.after(() => hub.close());
  const args = ['--config', file, '--redis', url, '--status-port', '0'];
  const children = names.map((name) => startIngestChild([...args, '--id', name], environment));
  for (const child of children) t.after(() => child.close());
  const ingests = await Promise.all(
    children.map(async (child) => ({ child, ...(await child.started) })),
  );
  for (const { id } of ingests) await until(`a word of ${id}`, () => hub.hears(id));
  return { hub, ingests };
}

async function ready(port: number): Promise<{ status: number; codes: string[] }> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`);
  const { reasons } = (await response.json()) as { reasons: { code: string }[] };
  return { status: response.status, codes: reasons.map(({ code }) => code) };
}

test('two ingests watch what each is leased; one that is killed leaves its camera to the other', async (t) => {
  const { hub, ingests } = await world(t, { names: ['one', 'two'] });
  const [one, two] = ingests as [(typeof ingests)[0], (typeof ingests)[0]];
  hub.lease(one.id, { gate: 1 });
  hub.lease(two.id, { door: 2 });
  await until('both live', () => hub.watches('gate', one.id, 1) && hub.watches('door', two.id, 2));
  assert.deepEqual(hub.owned(one.id), { gate: 1 });
  const metrics = await (await fetch(`http://127.0.0.1:${one.statusPort}/metrics`)).text();
  assert.match(metrics, /maskwatch_ingest_cameras 1\n/);
  assert.match(metrics, /maskwatch_ingest_frames_total\{outcome="received"\} [1-9]/);

  one.child.signal('SIGKILL');
  assert.equal(await one.child.ended, 'SIGKILL');
  const killedAt = Date.now();
  hub.lease(two.id, { door: 2, gate: 3 });
  await until('the gate with the other', () => hub.watches('gate', two.id, 3, killedAt), {
    withinMs: 10_000,
  });
  const late = () => hub.ticks('gate', killedAt + 500);
  await until('more ticks', () => late().length > 2);

  assert.ok(late().every(({ ingestId }) => ingestId === two.id));
});

test('one that stood still for 15 s says nothing in the new epoch, and gives the camera up', async (t) => {
  const { hub, ingests } = await world(t, { names: ['one', 'two'] });
  const [one, two] = ingests as [(typeof ingests)[0], (typeof ingests)[0]];
  hub.lease(one.id, { gate: 1 });
  hub.lease(two.id, {});
  await until('the gate', () => hub.watches('gate', one.id, 1));

  one.child.signal('SIGSTOP');
  await pause(5000);
  hub.forget(one.id);
  hub.lease(two.id, { gate: 2 });
  await until('the gate with the other', () => hub.watches('gate', two.id, 2));
  await pause(10_000);
  const awakeAt = Date.now();
  one.child.signal('SIGCONT');
  const others = () => hub.ticks('gate', awakeAt).filter(({ ingestId }) => ingestId !== two.id);
  await pause(12_000);

  assert.ok(others().every(({ epoch }) => epoch === 1));
  const last = others().at(-1)?.at ?? awakeAt;
  t.diagnostic(`${others().length} ticks in the old epoch, the last ${last - awakeAt} ms after`);
  assert.ok(last - awakeAt < 10_000);
  assert.ok(hub.ticks('gate', awakeAt).some(({ epoch }) => epoch === 2));
});

test('of two hubs that lease, the one of the newer term is believed', async (t) => {
  const { hub, ingests } = await world(t, { names: ['one'] });
  const [one] = ingests as [(typeof ingests)[0]];
  hub.lease(one.id, { gate: 1 });
  await until('the gate', () => hub.watches('gate', one.id, 1));
  const next = await GrantingHub.open(redis.url, { hubId: 'next', term: 2 });
  t.after(() => next.close());

  next.lease(one.id, { gate: 5 });
  await until('the gate in the next epoch', () => next.watches('gate', one.id, 5));
  const since = Date.now() + 500;
  hub.lease(one.id, { door: 1 });
  await pause(5000);

  assert.deepEqual(next.owned(one.id), { gate: 5 });
  assert.ok(next.ticks('gate', since).every(({ epoch }) => epoch === 5));
  assert.deepEqual(next.ticks('door'), []);
  assert.equal(next.ticks('gate').at(-1)?.tick.counters.starts, 1);
});

test('Redis killed and started again: the cameras stay with their decoders', async (t) => {
  const own = await startRedis('frames');
  t.after(() => own.close());
  const { hub, ingests } = await world(t, { names: ['one'], url: own.url });
  const [one] = ingests as [(typeof ingests)[0]];
  hub.lease(one.id, { gate: 1 });
  await until('the gate', () => hub.watches('gate', one.id, 1));
  assert.deepEqual((await ready(one.statusPort)).codes, []);

  await own.kill();
  await pause(4000);
  assert.deepEqual((await ready(one.statusPort)).codes, ['redis-unreachable']);
  await own.restart();
  const backAt = Date.now();
  await until('the gate again', () => hub.watches('gate', one.id, 1, backAt), { withinMs: 10_000 });

  assert.ok(hub.ticks('gate').every(({ tick }) => tick.counters.starts <= 1));
  assert.equal((await ready(one.statusPort)).status, 200);
});

test('without a hub it goes on for a while, says that it is not ready, and gives up', async (t) => {
  const environment = { MASKWATCH_INGEST_ALONE_MS: '13000' };
  const { hub, ingests } = await world(t, { names: ['one'], environment });
  const [one] = ingests as [(typeof ingests)[0]];
  hub.lease(one.id, { gate: 1 });
  await until('the gate', () => hub.watches('gate', one.id, 1));

  hub.silence();
  const silentAt = Date.now();
  await pause(10_000);
  assert.ok(hub.watches('gate', one.id, 1, silentAt + 9000));
  await until('the gate given up', () => Object.keys(hub.owned(one.id)).length === 0);
  const keptMs = Date.now() - silentAt;

  t.diagnostic(`kept for ${keptMs} ms`);
  assert.ok(keptMs > 10_000);
});

test('SIGTERM says leaving, decodes until its cameras are gone, and ends with 0', async (t) => {
  const { hub, ingests } = await world(t, { names: ['one'] });
  const [one] = ingests as [(typeof ingests)[0]];
  hub.lease(one.id, { gate: 1 });
  await until('the gate', () => hub.watches('gate', one.id, 1));
  const words = () => hub.heard.filter(({ message }) => message.kind === 'ingest');
  const leaves = () => words().some(({ message }) => message.kind === 'ingest' && message.leaving);

  one.child.signal('SIGTERM');
  const askedAt = Date.now();
  await until('the word that it leaves', leaves, { withinMs: 1000 });
  await until('a tick while it leaves', () => hub.watches('gate', one.id, 1, askedAt + 500), {
    withinMs: 3000,
  });
  hub.lease(one.id, {});

  assert.equal(await one.child.ended, 0);
  assert.ok(Date.now() - askedAt < 5000);
  assert.deepEqual(hub.owned(one.id), {});
});

test('SIGTERM while Redis is away ends it with 0, too', async (t) => {
  const own = await startRedis('frames');
  t.after(() => own.close());
  const { hub, ingests } = await world(t, { names: ['one'], url: own.url });
  const [one] = ingests as [(typeof ingests)[0]];
  hub.lease(one.id, { gate: 1 });
  await until('the gate', () => hub.watches('gate', one.id, 1));

  await own.kill();
  one.child.signal('SIGTERM');
  const askedAt = Date.now();

  assert.equal(await one.child.ended, 0);
  assert.ok(Date.now() - askedAt < 10_000, `after ${Date.now() - askedAt} ms`);
});

test('a source that cannot be opened is refused at the start', async (t) => {
  const bad = join(folder, 'bad.yaml');
  await writeFile(bad, 'cameras: [{ id: gate, source: /dev/video0 }]\n');
  const child = startIngestChild(['--config', bad, '--redis', redis.url, '--status-port', '0']);
  t.after(() => child.close());

  assert.notEqual(await child.ended, 0);
  assert.match(child.logs.join('\n'), /video0/);
});

test('a port that is taken ends it with a sentence', async (t) => {
  const { hub, ingests } = await world(t, { names: ['one'] });
  const port = String(ingests[0]!.statusPort);
  const child = startIngestChild(['--config', file, '--redis', redis.url, '--status-port', port]);
  t.after(() => child.close());

  assert.equal(await child.ended, 1);
  assert.match(child.logs.join('\n'), new RegExp(`Port ${port} .* in use`));
  assert.ok(hub.hears(ingests[0]!.id));
});
