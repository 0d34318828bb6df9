/** Of the scaled shape: gives cameras to ingests while this hub is active, and knows who is there. */
import type { HubBus, Sender } from '@maskwatch/bus/bus';
import type { IngestMessage } from '@maskwatch/contracts/bus';
import type { CameraConfig } from '@maskwatch/contracts/config';
import type { HubStatus, IngestStatus, Lease, ProcessStamp } from '@maskwatch/contracts/scaled';
import { cameraHash } from '@maskwatch/platform/camera-hash';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf } from '@maskwatch/platform/problem';
import type { Leadership } from '@maskwatch/store/leadership';
import type { CameraBoard } from '../cameras/camera-board.ts';
import type { ClusterView, InferenceView } from '../hub-context.ts';
import type { HubAdapter } from '../live/hub-adapter.ts';
import type { LiveHub } from '../live/live-hub.ts';
import type { Reason } from '../readiness.ts';
import { isFenced } from '../store-faults.ts';
import type { ActivePlace } from './active-place.ts';
import { Epochs } from './epochs.ts';
import { type IngestWord, LeaseBook, type Move } from './lease-book.ts';
import { OtherHubs } from './other-hubs.ts';
import { WorkerDeaths } from './worker-deaths.ts';

const repeatMs = 2000;
const validMs = 6000;

/** What makes a hub one among several. */
export interface ScaledOptions {
  hubId: string;
  leadership: Leadership;
  /** Why an ingest of such a stamp is given nothing; undefined where it judges with our models. */
  refuse(stamp: ProcessStamp): string | undefined;
  /** Address of the frames Redis. */
  redis: string;
  /** What is there of inference; rejects where it cannot be read. */
  inference(): Promise<InferenceView>;
  /** By which the sockets of all hubs hear one another. */
  adapter: HubAdapter['adapter'];
}

export interface ClusterOptions extends ScaledOptions {
  cameras: CameraConfig[];
  bus: HubBus;
  board: CameraBoard;
  place: ActivePlace;
  live: Pick<LiveHub, 'sayHub' | 'viewers'>;
  version: string;
  clock: Clock;
  logger: Logger;
}

export class Cluster implements ClusterView {
  readonly #options: ClusterOptions;
  readonly #book: LeaseBook;
  readonly #deaths: WorkerDeaths;
  readonly #epochs = new Epochs();
  readonly #cameraIds: ReadonlySet<string>;
  readonly #hubs = new OtherHubs();
  #saidItselfAt = 0;
  /** Grants go one round at a time. */
  #granting = false;
  /** The last grant failed, and it was said. */
  #failing = false;
  #saidAt = 0;
  /** Who waits to hear of a change. */
  #changed = false;
  #hears = false;

  constructor(options: ClusterOptions) {
    this.#options = options;
    const { cameras, refuse, clock } = options;
    this.#cameraIds = new Set(cameras.map(({ id }) => id));
    this.#book = new LeaseBook({
      cameras: new Map(cameras.map((camera) => [camera.id, cameraHash(camera)])),
      refuse,
      now: clock.now(),
    });
    this.#deaths = new WorkerDeaths({ ...options, cameraIds: [...this.#cameraIds] });
  }

  get hubId(): string {
    return this.#options.hubId;
  }

  get redis(): string {
    return this.#options.redis;
  }

  get active(): boolean {
    return this.#options.place.active;
  }

  get term(): number | undefined {
    return this.#options.place.term;
  }

  get moved(): number {
    return this.#book.moved;
  }

  get outdated(): number {
    return this.#epochs.outdated;
  }

  /** A standby is ready too. The connection is asked each second: it is no mere socket. */
  reasons(): Reason[] {
    if (this.#hears) return [];
    return [{ code: 'bus-lost', detail: 'The frames Redis does not answer this hub.' }];
  }

  /** By id. */
  hubs(): HubStatus[] {
    return [this.#itself(), ...this.#hubs.heard(this.#options.clock.now())].sort((a, b) =>
      a.id < b.id ? -1 : 1,
    );
  }

  inference(): Promise<InferenceView | undefined> {
    return this.#options.inference().catch(() => undefined);
  }

  heardHub(status: HubStatus): void {
    this.#hubs.hear(status, this.#options.clock.now());
  }

  ingests(): IngestStatus[] {
    return this.#book.ingests(this.#options.clock.now());
  }

  leases(): Map<string, Lease[]> {
    return this.active ? this.#book.leases() : new Map();
  }

  connected(hears: boolean): void {
    this.#hears = hears;
    if (hears) this.#book.bePatient(this.#options.clock.now());
    this.#options.place.hears(hears);
  }

  /** False where it is of a camera that is not ours, or said in an epoch that is over. */
  believes(message: IngestMessage, { ingestId, epoch }: Sender): boolean {
    if (message.kind === 'ingest') this.#heard(ingestId, message);
    const cameraId = cameraOf(message);
    if (cameraId === undefined) return true;
    return this.#cameraIds.has(cameraId) && this.#epochs.believes(cameraId, epoch);
  }

  async takeOver(): Promise<void> {
    const leases = await this.#options.leadership.cameraLeases();
    this.#epochs.takeOver(leases);
    this.#book.takeOver(leases, this.#options.clock.now());
    this.#changed = true;
  }

  /** Twice a second: who has lost a camera, who gets it, and each 2 s what everybody has. */
  look(): void {
    this.#book.look(this.#options.clock.now());
    if (this.#book.keepOut(this.#deaths.look())) this.#changed = true;
    this.#sayOwnerless();
    this.#sayItself();
    if (!this.active || !this.#hears) return;
    void this.#grant();
    const due = this.#options.clock.now() - this.#saidAt >= repeatMs;
    if (due || this.#changed) this.#say();
  }

  async #grant(): Promise<void> {
    if (this.#granting) return;
    this.#granting = true;
    const { clock, logger } = this.#options;
    try {
      for (const move of this.#book.moves(clock.now())) await this.#grantOne(move);
    } catch (fault) {
      if (isFenced(fault)) this.#options.place.check();
      const facts = { fault: messageOf(fault) };
      if (!this.#failing) logger.warn(facts, 'a camera could not be given to an ingest');
      this.#failing = true;
    } finally {
      this.#granting = false;
    }
    if (this.#changed && this.active) this.#say();
  }

  async #grantOne(move: Move): Promise<void> {
    const { leadership, clock, logger } = this.#options;
    const epoch = await leadership.grant(move.cameraId, move.to);
    this.#failing = false;
    this.#book.granted(move, epoch, clock.now());
    this.#epochs.granted(move.cameraId, epoch);
    this.#changed = true;
    logger.info({ cameraId: move.cameraId, ingestId: move.to, epoch }, 'camera given to an ingest');
  }

  #say(): void {
    const { bus, clock } = this.#options;
    const { term } = this;
    if (term === undefined) return;
    this.#saidAt = clock.now();
    this.#changed = false;
    for (const [ingestId, leases] of this.#book.leases()) {
      bus.send({ kind: 'leases', term, ingestId, validMs, leases });
    }
  }

  #heard(ingestId: string, word: IngestWord): void {
    const news = this.#book.heard(ingestId, word, this.#options.clock.now());
    if (news === undefined) return;
    const { logger } = this.#options;
    const { refused, version } = news;
    if (refused === undefined) logger.info({ ingestId, version }, 'an ingest is there');
    else logger.error({ ingestId, version, refused }, 'an ingest is given no camera');
  }

  /** To the other hubs, for their status pages; nothing else rests on it. */
  #sayItself(): void {
    const { live, clock } = this.#options;
    if (clock.now() - this.#saidItselfAt < repeatMs) return;
    this.#saidItselfAt = clock.now();
    live.sayHub(this.#itself());
  }

  #itself(): HubStatus {
    const { hubId, version, live, clock } = this.#options;
    return { id: hubId, at: clock.now(), version, active: this.active, viewers: live.viewers };
  }

  #sayOwnerless(): void {
    const { board, clock } = this.#options;
    for (const { cameraId, since, detail } of this.#book.ownerless(clock.now())) {
      const why = this.#hears ? detail : 'This hub does not hear the frames Redis.';
      board.ownerGone(cameraId, { state: 'offline', cause: 'no-ingest', detail: why, since });
    }
  }
}

/** Undefined where it is of no camera. */
function cameraOf(message: IngestMessage): string | undefined {
  switch (message.kind) {
    case 'tick':
      return message.tick.cameraId;
    case 'observation':
    case 'picture':
      return message.observation.cameraId;
    case 'evidence':
      return message.candidate.cameraId;
    case 'in-flight':
      return message.cameraId;
    default:
      return undefined;
  }
}
