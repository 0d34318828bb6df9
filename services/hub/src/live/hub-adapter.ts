/** Hubs speak to one another through Socket.IO's adapter over the streams of the frames Redis. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@maskwatch/platform/logger';
import { openRedis } from '@maskwatch/platform/redis';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import type { Redis } from 'ioredis';
import type { ServerOptions } from 'socket.io';

const name = 'maskwatch:hubs';
/** Within what a reader may block. */
const blockMs = 1000;
/** Nothing reads back further than now: what is lost is found in the store. */
const mostEntries = 1000;
const askMs = 1000;
/** Of a read that failed. */
const pauseMs = 1000;

export interface HubAdapterOptions {
  url: string;
  hubId: string;
  logger: Logger;
}

export interface HubAdapter {
  adapter: NonNullable<ServerOptions['adapter']>;
  close(): void;
}

/**
 * The adapter duplicates the connection that it is given; it waits for no answer of what it publishes
 * (which is what one hub tells another) or subscribes to, and reads again at once where a read fails,
 * for ever. So nothing of that rejects here: without Redis a word is lost, a read that fails takes a
 * while, and after the end no read is answered.
 */
export function openHubAdapter({ url, hubId, logger }: HubAdapterOptions): HubAdapter {
  const writer = openRedis({ url, logger, name: `hub ${hubId} announces` });
  const readers: Redis[] = [];
  const end = new AbortController();
  const publish = writer.publish.bind(writer);
  const client = Object.assign(writer, {
    publish: (channel: string, word: Buffer) => publish(channel, word).catch(() => 0),
    duplicate: () => {
      const reader = openRedis({ url, logger, name: `hub ${hubId} hears hubs`, reader: true });
      readers.push(reader);
      return patient(reader, end.signal);
    },
  });
  // Who only listens does not see a cut network: the question makes it answer or end.
  const asking = setInterval(() => {
    for (const reader of readers) if (reader.status === 'ready') reader.ping().catch(() => {});
  }, askMs);
  const names = { streamName: name, channelPrefix: name, sessionKeyPrefix: `${name}:` };
  return {
    adapter: createAdapter(client, { ...names, blockTimeInMs: blockMs, maxLen: mostEntries }),
    close() {
      end.abort();
      clearInterval(asking);
      for (const redis of [writer, ...readers]) redis.disconnect();
    },
  };
}

function patient(reader: Redis, end: AbortSignal) {
  const subscribe = reader.subscribe.bind(reader);
  const xread = reader.xread.bind(reader) as (...given: unknown[]) => Promise<unknown>;
  return Object.assign(reader, {
    subscribe: (channels: string[]) => subscribe(...channels).catch(() => 0),
    async xread(...given: unknown[]) {
      const found = await xread(...given).catch(() => sleep(pauseMs, null, { ref: false }));
      return end.aborted ? new Promise(() => {}) : found;
    },
  });
}
