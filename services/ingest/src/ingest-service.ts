/**
 * Owns cameras: from frames to observations. Which ones may change at any time; on one machine they
 * are told once.
 */
import { randomUUID } from 'node:crypto';
import type { IngestBus } from '@maskwatch/bus/bus';
import type { FrameCounters } from '@maskwatch/contracts/camera';
import type { CameraConfig } from '@maskwatch/contracts/config';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import { judgingOf } from '@maskwatch/contracts/model';
import type { Lease } from '@maskwatch/contracts/scaled';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { Tracker } from '@maskwatch/tracking/tracker';
import { CameraOwner } from './owner/camera-owner.ts';
import { EvidenceCandidates } from './owner/evidence-candidates.ts';
import { FaceJudge, type JudgeModels } from './owner/face-judge.ts';
import type { Decoder } from './source/decoder.ts';
import { openSource } from './source/open-source.ts';
import { StartLimiter } from './source/start-limiter.ts';

const tickMs = 1000;
const noFrames: FrameCounters = {
  ...{ received: 0, replaced: 0, judged: 0, late: 0, lost: 0, discarded: 0, starts: 0 },
};

export interface OwnedCamera {
  camera: CameraConfig;
  /** What is said of it is said in this epoch; 0 where nobody shares cameras. */
  epoch: number;
}

export interface IngestServiceOptions {
  evidenceStates: JudgedState[];
  models: JudgeModels;
  inference: InferenceQueue;
  decoder: Decoder;
  demoFilm: string;
  bus: IngestBus;
  clock: Clock;
  logger: Logger;
  /** A run of a model does not end: nothing but a new process helps. */
  onHang(): void;
}

/** A tracker with the models' limits. */
export function newTracker(models: JudgeModels): Tracker {
  const { threshold, smallestFace } = judgingOf(models);
  return new Tracker({
    newId: randomUUID,
    smallestJudged: smallestFace,
    believeFrom: threshold,
  });
}

export class IngestService {
  readonly #options: IngestServiceOptions;
  /** One for all owners that there will be: cameras that come together start a few at a time. */
  readonly #limiter = new StartLimiter();
  readonly #owners = new Map<string, CameraOwner>();
  readonly #ending = new Map<string, { owner: CameraOwner; ended: Promise<void> }>();
  #wanted = new Map<string, OwnedCamera>();
  #watched: readonly string[] = [];
  /** Counters of owners that are gone. */
  readonly #before: FrameCounters = { ...noFrames };
  #cancelTick = () => {};

  constructor(options: IngestServiceOptions) {
    this.#options = options;
  }

  /** Begins to say how it goes, each second. */
  start(): void {
    this.#tick();
  }

  /**
   * From now on these cameras, all of them and no others; answers when what went is closed. One that
   * comes back while it closes starts after that, so that a camera has one connection. Another epoch
   * restarts nothing: no part of the work depends on it, and a connection takes seconds to make.
   * Problems `source-unknown` and `source-address`; then nothing has changed.
   */
  async own(cameras: readonly OwnedCamera[]): Promise<void> {
    const wanted = new Map(cameras.map((one) => [one.camera.id, one]));
    const starting = [...wanted.values()].filter((one) => this.#mayStart(one));
    const owners = starting.map((one) => this.#ownerOf(one));
    this.#wanted = wanted;
    for (const [id, owner] of this.#owners) {
      const { epoch } = wanted.get(id) ?? {};
      if (epoch === undefined) this.#end(id, owner);
      else owner.epoch = epoch;
    }
    for (const owner of owners) this.#begin(owner);
    await Promise.all([...this.#ending.values()].map(({ ended }) => ended));
  }

  /** What is owned now, in which epoch. */
  get owned(): Lease[] {
    return [...this.#owners].map(([cameraId, { epoch }]) => ({ cameraId, epoch }));
  }

  /** Of all cameras that were owned since the start. */
  get counters(): FrameCounters {
    const sum = { ...this.#before };
    for (const { counters } of this.#owners.values()) add(sum, counters);
    for (const { owner } of this.#ending.values()) add(sum, owner.counters);
    return sum;
  }

  /** Of the oldest observation among the newest of each camera, when it was done. */
  get ageMs(): number | undefined {
    const ages = [...this.#owners.values()].flatMap(({ ageMs }) => ageMs ?? []);
    return ages.length === 0 ? undefined : Math.max(...ages);
  }

  async stop(): Promise<void> {
    await this.own([]);
    this.#cancelTick();
  }

  /** The cameras whose live pictures somebody watches now. */
  watch(cameraIds: readonly string[]): void {
    this.#watched = cameraIds;
    for (const [id, owner] of this.#owners) owner.watched = cameraIds.includes(id);
  }

  #mayStart({ camera: { id } }: OwnedCamera): boolean {
    return !this.#owners.has(id) && !this.#ending.has(id);
  }

  #begin(owner: CameraOwner): void {
    this.#owners.set(owner.cameraId, owner);
    owner.start();
  }

  #end(id: string, owner: CameraOwner): void {
    this.#owners.delete(id);
    const ended = owner.stop().then(() => {
      add(this.#before, owner.counters);
      this.#ending.delete(id);
      const again = this.#wanted.get(id);
      if (again !== undefined) this.#begin(this.#ownerOf(again));
    });
    this.#ending.set(id, { owner, ended });
  }

  #ownerOf({ camera, epoch }: OwnedCamera): CameraOwner {
    const { models, inference, bus, clock, evidenceStates, decoder, demoFilm } = this.#options;
    const { logger } = this.#options;
    const limiter = this.#limiter;
    const tracker = newTracker(models);
    const { id: cameraId, rate } = camera;
    const owner = new CameraOwner({
      ...{ camera, epoch, tracker, bus, clock },
      logger: logger.child({ cameraId: camera.id }),
      judge: new FaceJudge({ cameraId, rate, models, inference, tracker }),
      candidates: new EvidenceCandidates(evidenceStates),
      openSource: (handlers) =>
        openSource({ camera, decoder, demoFilm, limiter, clock, logger }, handlers),
    });
    owner.watched = this.#watched.includes(cameraId);
    return owner;
  }

  #tick(): void {
    const { bus, clock, inference } = this.#options;
    for (const [cameraId, owner] of this.#owners) {
      bus.send({ kind: 'tick', tick: owner.tick() }, [], owner.epoch);
      if (owner.hangs()) this.#hang(cameraId);
    }
    bus.send({
      kind: 'status',
      status: { at: clock.now(), pid: process.pid, ...inference.status(), dropped: bus.dropped },
    });
    this.#cancelTick = clock.setTimer(() => this.#tick(), tickMs);
  }

  #hang(cameraId: string): void {
    this.#options.logger.fatal({ cameraId }, 'inference has not answered for a minute');
    this.#options.onHang();
  }
}

function add(sum: FrameCounters, more: FrameCounters): void {
  for (const outcome of Object.keys(noFrames) as (keyof FrameCounters)[]) {
    sum[outcome] += more[outcome];
  }
}
