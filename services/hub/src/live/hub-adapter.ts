/** Hubs speak to one another through Socket.IO's adapter over the streams of the frames Redis. */
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
 * The adapter duplicates the connection that it is given, reads in a loop without a pause where a
 * read fails at once, and waits for no answer of what it publishes or subscribes to; what one hub
 * tells another it publishes. So its readers wait for Redis, and what nobody waits for never rejects:
 * without Redis a word is lost.
 */
export function openHubAdapter({ url, hubId, logger }: HubAdapterOptions): HubAdapter {
  const writer = openRedis({ url, logger, name: `hub ${hubId} announces` });
  const readers: Redis[] = [];
  const publish = writer.publish.bind(writer);
  const client = Object.assign(writer, {
    publish: (channel: string, word: Buffer) => publish(channel, word).catch(() => 0),
    duplicate: () => {
      const reader = openRedis({ url, logger, name: `hub ${hubId} hears hubs`, reader: true });
      const subscribe = reader.subscribe.bind(reader);
      readers.push(reader);
      return Object.assign(reader, {
        subscribe: (channels: string[]) => subscribe(...channels).catch(() => 0),
      });
    },
  });
  // Who only listens does not see a cut network: the question makes it answer or end.
  const asking = setInterval(() => {
    for (const reader of readers) if (reader.status === 'ready') reader.ping().catch(() => {});
  }, askMs);
  const names = { streamName: name, channelPrefix: name, sessionKeyPrefix: `${name}:` };
  return {
    adapter: createAdapter(client, { ...names, blockTimeInMs: blockMs, maxLen: mostEntries }),
    // Its own closing waits for a read, for ever where Redis is gone.
    close() {
      clearInterval(asking);
      for (const redis of [writer, ...readers]) redis.disconnect();
    },
  };
}
