import type { HubMessage, IngestMessage } from '@maskwatch/contracts/bus';
import { protocol } from '@maskwatch/contracts/scaled';
import type { Logger } from '@maskwatch/platform/logger';
import type { z } from 'zod';
import type { HubBus, Sender } from './bus.ts';
import { LivePictures } from './live-pictures.ts';
import { RedisLink, takes } from './redis-link.ts';
import {
  decodeWord,
  encodeWord,
  hubChannel,
  IngestWord,
  ingestChannel,
  LiveNote,
  liveChannel,
} from './redis-words.ts';

/** A hub says what its viewers watch, also where nothing changes: it is the sign that it lives. */
const repeatMs = 2000;
const maxWaitingBytes = 8 * 1024 * 1024;

export interface RedisHubBusOptions {
  url: string;
  hubId: string;
  logger: Logger;
}

/** One of many hubs: it hears every ingest, from now on and never a backlog. */
export class RedisHubBus implements HubBus {
  readonly #link: RedisLink;
  readonly #hubId: string;
  readonly #logger: Logger;
  readonly #live: LivePictures;
  readonly #repeating: NodeJS.Timeout;
  #watched: string[] = [];
  #refused = 0;
  #dropped = 0;
  #onMessage: (message: IngestMessage, bytes: Uint8Array, sender: Sender) => void = () => {};

  constructor({ url, hubId, logger }: RedisHubBusOptions) {
    this.#hubId = hubId;
    this.#logger = logger;
    this.#link = new RedisLink({
      ...{ url, logger, name: `hub ${hubId}`, channels: [ingestChannel, liveChannel] },
      onMessage: (channel, raw) => this.#hear(channel, raw),
    });
    this.#live = new LivePictures({
      redis: this.#link.pictures,
      onPicture: (message, bytes, sender) => this.#onMessage(message, bytes, sender),
    });
    this.#repeating = setInterval(() => this.#sayWatched(), repeatMs);
  }

  /** Problems `redis-unreachable` and `redis-setting`. */
  ready(): Promise<void> {
    return this.#link.ready();
  }

  onMessage(listener: (message: IngestMessage, bytes: Uint8Array, sender: Sender) => void): void {
    this.#onMessage = listener;
  }

  onConnected(listener: (connected: boolean) => void): void {
    this.#link.onConnected(listener);
  }

  /**
   * Lost without Redis: leases and what is watched are repeated. `configure` and `stop` are of one
   * machine; here each ingest reads its own config, and no password travels.
   */
  send(message: HubMessage): void {
    if (message.kind === 'watched') {
      this.#watched = message.cameraIds;
      this.#live.watch(message.cameraIds);
      this.#sayWatched();
    } else if (message.kind === 'leases') {
      this.#say(message);
    }
  }

  /** For /metrics: pictures skipped, words refused as none of an ingest's, own words not said. */
  get counts(): { skipped: number; refused: number; dropped: number } {
    return { skipped: this.#live.skipped, refused: this.#refused, dropped: this.#dropped };
  }

  async close(): Promise<void> {
    clearInterval(this.#repeating);
    await this.#link.close();
  }

  #sayWatched(): void {
    this.#say({ kind: 'watched', cameraIds: this.#watched });
  }

  #say(message: HubMessage): void {
    const lost = () => {
      this.#dropped += 1;
    };
    const { words } = this.#link;
    const word = encodeWord({ hubId: this.#hubId, message });
    if (takes(words, maxWaitingBytes)) words.publish(hubChannel, word).catch(lost);
    else lost();
  }

  #hear(channel: string, raw: Buffer): void {
    if (channel === liveChannel) {
      const note = this.#decode(LiveNote, raw);
      if (note !== undefined) this.#live.note(note.word);
      return;
    }
    const heard = this.#decode(IngestWord, raw);
    if (heard === undefined) return;
    const { message, ingestId, epoch } = heard.word;
    this.#onMessage(message, heard.bytes, { ingestId, epoch });
  }

  #decode<T>(schema: z.ZodType<T>, raw: Buffer): { word: T; bytes: Uint8Array } | undefined {
    const heard = decodeWord(schema, raw);
    if (heard === undefined) {
      this.#refused += 1;
      if (this.#refused === 1)
        this.#logger.warn(
          { protocol },
          'a message on the bus was refused: of another protocol, or of a stranger',
        );
    }
    return heard;
  }
}
