/** An ingest that shares the cameras of a config with others: it owns what the active hub leases to it. */
import type { IngestBus } from '@maskwatch/bus/bus';
import type { CameraConfig } from '@maskwatch/contracts/config';
import type { ProcessStamp } from '@maskwatch/contracts/scaled';
import { cameraHash } from '@maskwatch/platform/camera-hash';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import type { IngestService } from '../ingest-service.ts';
import { LeaseHolder } from './lease-holder.ts';

const sayMs = 1000;
const lookMs = 250;
/** Who leaves goes on for so long while the hub gives its cameras to others. */
const leaveMs = 5000;

export interface SharedIngestOptions {
  ingestId: string;
  /** Of the config: any of them may be leased to it. */
  cameras: readonly CameraConfig[];
  stamp: ProcessStamp;
  service: IngestService;
  bus: IngestBus;
  clock: Clock;
  logger: Logger;
  /** How long cameras are kept without a hub. */
  aloneMs?: number;
}

export class SharedIngest {
  readonly #options: SharedIngestOptions;
  readonly #cameras: ReadonlyMap<string, CameraConfig>;
  readonly #hashes: Record<string, string>;
  readonly #holder: LeaseHolder;
  #owned = '';
  #leaving = false;
  #left = false;
  #cancelSay = () => {};
  #cancelLook = () => {};

  constructor(options: SharedIngestOptions) {
    this.#options = options;
    this.#holder = new LeaseHolder(options);
    this.#cameras = new Map(options.cameras.map((camera) => [camera.id, camera]));
    this.#hashes = Object.fromEntries(options.cameras.map((one) => [one.id, cameraHash(one)]));
    options.bus.onMessage((message) => {
      if (message.kind === 'watched') options.service.watch(message.cameraIds);
      else if (message.kind === 'leases' && this.#holder.hear(message)) this.#settle();
    });
  }

  start(): void {
    this.#options.service.start();
    this.#say();
    this.#look();
  }

  /** Answers when its cameras are with others, or after 5 s, and closed here in any case. */
  async leave(): Promise<void> {
    const { clock, service } = this.#options;
    this.#leaving = true;
    this.#say();
    const end = clock.now() + leaveMs;
    while (service.owned.length > 0 && clock.now() < end) {
      await new Promise<void>((resolve) => clock.setTimer(resolve, lookMs));
    }
    this.#left = true;
    this.#cancelLook();
    await service.stop();
    this.#say();
    this.#cancelSay();
  }

  /** By the leases that it has now; what has changed is said at once. */
  #settle(): void {
    const { service, logger } = this.#options;
    const leases = this.#holder.owned();
    const owned = leases.map(({ cameraId, epoch }) => `${cameraId} (${epoch})`).join(', ');
    if (owned === this.#owned || this.#left) return;
    this.#owned = owned;
    logger.info({ owned }, 'cameras owned from now on, with their epochs');
    const cameras = leases.flatMap(({ cameraId, epoch }) => {
      const camera = this.#cameras.get(cameraId);
      return camera === undefined ? [] : { camera, epoch };
    });
    service.own(cameras).catch((err: unknown) => logger.error({ err }, 'a camera cannot be owned'));
    this.#say();
  }

  #look(): void {
    this.#settle();
    this.#cancelLook = this.#options.clock.setTimer(() => this.#look(), lookMs);
  }

  #say(): void {
    const { bus, stamp, service, clock } = this.#options;
    const { owned } = service;
    bus.send({ kind: 'ingest', stamp, owned, cameras: this.#hashes, leaving: this.#leaving });
    this.#cancelSay();
    this.#cancelSay = clock.setTimer(() => this.#say(), sayMs);
  }
}
