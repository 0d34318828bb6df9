/**
 * Three connections to the frames Redis: one that listens, one that says what the rules live on, and
 * one for pictures, so that no picture stands before an observation.
 */
import type { Logger } from '@maskwatch/platform/logger';
import { openRedis, redisReady, requireRedis } from '@maskwatch/platform/redis';
import type { Redis } from 'ioredis';

/** A listener that is asked is given up after `engineSilentMs` without an answer. */
const askMs = 1000;

export interface RedisLinkOptions {
  url: string;
  /** In CLIENT LIST. */
  name: string;
  logger: Logger;
  channels: string[];
  onMessage(channel: string, raw: Buffer): void;
}

export class RedisLink {
  readonly words: Redis;
  readonly pictures: Redis;
  readonly #listener: Redis;
  readonly #channels: string[];
  readonly #asking: NodeJS.Timeout;
  readonly #listening = Promise.withResolvers<void>();
  #connected = false;
  #onConnected: (connected: boolean) => void = () => {};

  constructor({ url, name, logger, channels, onMessage }: RedisLinkOptions) {
    this.#channels = channels;
    this.words = openRedis({ url, logger, name: `${name} words` });
    this.pictures = openRedis({ url, logger, name: `${name} pictures` });
    this.#listener = openRedis({ url, logger, name: `${name} listens`, reader: true });
    this.#listener.on('messageBuffer', (channel: Buffer, raw: Buffer) =>
      onMessage(channel.toString(), raw),
    );
    this.#listener.on('ready', () => void this.#subscribe());
    this.#listener.on('close', () => this.#tell(false));
    this.#asking = setInterval(() => this.#ask(), askMs);
  }

  /** True as soon as words are heard, and again after each loss; false on a loss. */
  onConnected(listener: (connected: boolean) => void): void {
    this.#onConnected = listener;
    if (this.#connected) listener(true);
  }

  /** Problems `redis-unreachable` and `redis-setting`. */
  async ready(): Promise<void> {
    await Promise.all([this.words, this.pictures, this.#listener].map((one) => redisReady(one)));
    await requireRedis(this.words, 'frames');
    await this.#listening.promise;
  }

  async close(): Promise<void> {
    clearInterval(this.#asking);
    this.#onConnected = () => {};
    for (const redis of [this.#listener, this.words, this.pictures]) redis.disconnect();
  }

  async #subscribe(): Promise<void> {
    try {
      await this.#listener.subscribe(...this.#channels);
      this.#listening.resolve();
      this.#tell(true);
    } catch {
      // The connection is gone again; the next one subscribes.
    }
  }

  /** Who only listens does not see a cut network: the question makes it answer or end. */
  #ask(): void {
    if (this.#listener.status === 'ready') this.#listener.ping().catch(() => {});
  }

  #tell(connected: boolean): void {
    if (this.#connected === connected) return;
    this.#connected = connected;
    this.#onConnected(connected);
  }
}

/** May it be given a command now? Not without a connection, nor where so many bytes wait already. */
export function takes(redis: Redis, maxWaitingBytes: number): boolean {
  return redis.status === 'ready' && redis.stream.writableLength <= maxWaitingBytes;
}
