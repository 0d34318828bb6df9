import type { HubMessage, IngestMessage } from '@maskwatch/contracts/bus';
import { protocol } from '@maskwatch/contracts/scaled';
import type { Logger } from '@maskwatch/platform/logger';
import type { IngestBus } from './bus.ts';
import { RedisLink, takes } from './redis-link.ts';
import {
  decodeWord,
  encodeWord,
  HubWord,
  hubChannel,
  ingestChannel,
  liveChannel,
  liveKey,
  liveMs,
} from './redis-words.ts';
import { maxWaitingBytes } from './waiting-bytes.ts';
import { WatchedByHubs } from './watched-by-hubs.ts';

/** Cameras are kept for so long while no hub is heard. */
const hubSilentMs = 60_000;
const lookMs = 500;

export interface RedisIngestBusOptions {
  url: string;
  ingestId: string;
  logger: Logger;
  /** Silence of all hubs after which `onClosed` is told; for tests. */
  silentMs?: number;
}

type Picture = IngestMessage & { kind: 'picture' };

/** An ingest's end. Heard are all hubs, `watched` as what any of them wants, leases of whomever. */
export class RedisIngestBus implements IngestBus {
  readonly #link: RedisLink;
  readonly #ingestId: string;
  readonly #logger: Logger;
  readonly #silentLimitMs: number;
  readonly #dropped: Record<string, number> = {};
  /** Pictures put into Redis, by camera. */
  readonly #pictures = new Map<string, number>();
  readonly #watched = new WatchedByHubs();
  readonly #looking: NodeJS.Timeout;
  /** Counted in looks, so that a process that stood still takes nothing for a hub's silence. */
  #silentMs = 0;
  #heard = false;
  #refused = 0;
  #onMessage: (message: HubMessage) => void = () => {};
  #onClosed: () => void = () => {};

  constructor({ url, ingestId, logger, silentMs = hubSilentMs }: RedisIngestBusOptions) {
    this.#ingestId = ingestId;
    this.#logger = logger;
    this.#silentLimitMs = silentMs;
    this.#link = new RedisLink({
      ...{ url, logger, name: `ingest ${ingestId}`, channels: [hubChannel] },
      onMessage: (_channel, raw) => this.#hear(raw),
    });
    this.#looking = setInterval(() => this.#look(), lookMs);
  }

  /** Problems `redis-unreachable` and `redis-setting`. */
  ready(): Promise<void> {
    return this.#link.ready();
  }

  send(message: IngestMessage, bytes: Uint8Array[] = [], epoch = 0): void {
    if (message.kind === 'picture') this.#show(message, bytes, epoch);
    else this.#say(message, bytes, epoch);
  }

  onMessage(listener: (message: HubMessage) => void): void {
    this.#onMessage = listener;
  }

  /** After each such silence; a hub may come back. */
  onClosed(listener: () => void): void {
    this.#onClosed = listener;
  }

  onConnected(listener: (connected: boolean) => void): void {
    this.#link.onConnected(listener);
  }

  get dropped(): Readonly<Record<string, number>> {
    return this.#dropped;
  }

  /** For how long no hub was heard, whoever it spoke to; endless before the first word. */
  get silentMs(): number {
    return this.#heard ? this.#silentMs : Number.POSITIVE_INFINITY;
  }

  /** What came on the hubs' channel and was none of theirs. */
  get refused(): number {
    return this.#refused;
  }

  async close(): Promise<void> {
    clearInterval(this.#looking);
    await this.#link.close();
  }

  #say(message: IngestMessage, bytes: Uint8Array[], epoch: number): void {
    const { words } = this.#link;
    if (!takes(words, maxWaitingBytes[message.kind])) {
      this.#drop(message.kind);
      return;
    }
    const word = encodeWord({ ingestId: this.#ingestId, epoch, message }, bytes);
    words.publish(ingestChannel, word).catch(() => this.#drop(message.kind));
  }

  #show({ observation }: Picture, bytes: Uint8Array[], epoch: number): void {
    const { cameraId } = observation;
    const { pictures } = this.#link;
    if (!takes(pictures, maxWaitingBytes.picture)) {
      this.#drop('picture');
      return;
    }
    const count = (this.#pictures.get(cameraId) ?? 0) + 1;
    this.#pictures.set(cameraId, count);
    const ingestId = this.#ingestId;
    const picture = encodeWord({ ingestId, epoch, count, observation }, bytes);
    Promise.all([
      pictures.set(liveKey(cameraId), picture, 'PX', liveMs),
      pictures.publish(liveChannel, encodeWord({ ingestId, count, cameraId })),
    ]).catch(() => this.#drop('picture'));
  }

  #drop(kind: IngestMessage['kind']): void {
    this.#dropped[kind] = (this.#dropped[kind] ?? 0) + 1;
  }

  #hear(raw: Buffer): void {
    const heard = decodeWord(HubWord, raw);
    const message = heard?.word.message;
    if (heard === undefined || (message?.kind !== 'leases' && message?.kind !== 'watched')) {
      this.#refused += 1;
      if (this.#refused === 1)
        this.#logger.warn(
          { protocol },
          'a message on the bus was refused: of another protocol, or of a stranger',
        );
      return;
    }
    this.#silentMs = 0;
    this.#heard = true;
    if (message.kind === 'leases') this.#onMessage(message);
    else this.#tellWatched(this.#watched.hear(heard.word.hubId, message.cameraIds));
  }

  #look(): void {
    this.#tellWatched(this.#watched.pass(lookMs));
    const before = this.#silentMs;
    this.#silentMs += lookMs;
    if (before < this.#silentLimitMs && this.#silentMs >= this.#silentLimitMs) this.#onClosed();
  }

  #tellWatched(cameraIds: string[] | undefined): void {
    if (cameraIds !== undefined) this.#onMessage({ kind: 'watched', cameraIds });
  }
}
