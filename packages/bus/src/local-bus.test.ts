import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLogger } from '@maskwatch/platform/logger';
import fc from 'fast-check';
import { busContract } from './contract-suite.ts';
import { LocalHubBus } from './local-hub-bus.ts';
import { LocalIngestBus } from './local-ingest-bus.ts';
import { encodeMessage, MessageReader } from './message-stream.ts';

busContract('local socket', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'maskwatch-bus-'));
  const path = join(directory, 'bus.sock');
  const hub = new LocalHubBus(silentLogger);
  const server = createServer();
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const client = connect(path);
  const socket = await accepted;
  hub.attach(socket);
  const ingest = new LocalIngestBus(client);
  return {
    hub,
    ingest,
    stopReading: () => socket.pause(),
    goOn: () => socket.resume(),
    picturesDropped: () => ingest.dropped.picture ?? 0,
    async close() {
      await hub.close();
      client.destroy();
      server.close();
      await rm(directory, { recursive: true });
    },
  };
});

test('messages survive any cut of the stream into chunks', () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
  const messages = fc.array(fc.tuple(fc.string(), fc.uint8Array({ maxLength: 60 })));
  fc.assert(
    fc.property(messages, cuts, (sent, sizes) => {
      const stream = Buffer.concat(sent.flatMap(([text, bytes]) => encodeMessage(text, [bytes])));
      const seen: [unknown, number[]][] = [];
      const reader = new MessageReader((message, bytes) => seen.push([message, [...bytes]]));
      for (let at = 0, n = 0; at < stream.length; n += 1) {
        const size = sizes[n % sizes.length]!;
        reader.push(stream.subarray(at, at + size));
        at += size;
      }
      assert.deepEqual(
        seen,
        sent.map(([text, bytes]) => [text, [...bytes]]),
      );
    }),
  );
});

test('a length out of bounds is refused before anything is kept', () => {
  const reader = new MessageReader(() => {});
  assert.throws(() => reader.push(Buffer.from('ffffffff00000000', 'hex')), RangeError);
});
