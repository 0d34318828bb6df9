/** Owns cameras: from frames to observations, for one hub. */
import { randomUUID } from 'node:crypto';
import type { IngestBus } from '@maskwatch/bus/bus';
import type { CameraConfig } from '@maskwatch/contracts/config';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import { judgingOf } from '@maskwatch/contracts/model';
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

export interface IngestServiceOptions {
  cameras: CameraConfig[];
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
  readonly #owners = new Map<string, CameraOwner>();
  #cancelTick = () => {};

  constructor(options: IngestServiceOptions) {
    this.#options = options;
    const limiter = new StartLimiter();
    for (const camera of options.cameras) {
      this.#owners.set(camera.id, this.#ownerOf(camera, limiter));
    }
  }

  start(): void {
    for (const owner of this.#owners.values()) owner.start();
    this.#tick();
  }

  async stop(): Promise<void> {
    this.#cancelTick();
    await Promise.all([...this.#owners.values()].map((owner) => owner.stop()));
  }

  /** The cameras whose live pictures somebody watches now. */
  watch(cameraIds: readonly string[]): void {
    for (const [id, owner] of this.#owners) owner.watched = cameraIds.includes(id);
  }

  #ownerOf(camera: CameraConfig, limiter: StartLimiter): CameraOwner {
    const { models, inference, bus, clock, evidenceStates, decoder, demoFilm } = this.#options;
    const { logger } = this.#options;
    const tracker = newTracker(models);
    const { id: cameraId, rate } = camera;
    return new CameraOwner({
      ...{ camera, tracker, bus, clock },
      logger: logger.child({ cameraId: camera.id }),
      judge: new FaceJudge({ cameraId, rate, models, inference, tracker }),
      candidates: new EvidenceCandidates(evidenceStates),
      openSource: (handlers) =>
        openSource({ camera, decoder, demoFilm, limiter, clock, logger }, handlers),
    });
  }

  #tick(): void {
    const { bus, clock, inference } = this.#options;
    for (const [cameraId, owner] of this.#owners) {
      bus.send({ kind: 'tick', tick: owner.tick() });
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
