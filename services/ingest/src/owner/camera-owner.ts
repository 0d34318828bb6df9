/**
 * The live loop of one camera: one frame is in flight, the newest waiting one goes next. Overload
 * costs frames, never freshness.
 */

import type { IngestBus } from '@maskwatch/bus/bus';
import type { FrameCounters } from '@maskwatch/contracts/camera';
import type { CameraConfig } from '@maskwatch/contracts/config';
import type { Tick } from '@maskwatch/contracts/observation';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import type { Tracker } from '@maskwatch/tracking/tracker';
import { applyPrivacyMask, type PrivacyMask, privacyMask } from '@maskwatch/vision/privacy-mask';
import type { Frame, FrameSource, FrameSourceHandlers } from '../source/frame-source.ts';
import type { EvidenceCandidates } from './evidence-candidates.ts';
import type { FaceJudge, Judgement } from './face-judge.ts';
import { encodeLivePicture } from './jpeg.ts';

/** An observation older than this is late: it is shown, and opens nothing. */
const lateMs = 2000;
/** Faces lost for less than this are pixelated in evidence where they may still be. */
const pixelateLostMs = 1000;

export interface CameraOwnerOptions {
  camera: CameraConfig;
  judge: FaceJudge;
  tracker: Tracker;
  candidates: EvidenceCandidates;
  bus: IngestBus;
  clock: Clock;
  logger: Logger;
  openSource(handlers: FrameSourceHandlers): FrameSource;
}

export class CameraOwner {
  readonly #options: CameraOwnerOptions;
  readonly #source: FrameSource;
  readonly #counters = { replaced: 0, judged: 0, late: 0, lost: 0 };
  #waiting: Frame | undefined;
  #inFlight: Promise<void> | undefined;
  #mask: PrivacyMask | undefined;
  #size: { width: number; height: number } | undefined;
  #ageMs: number | undefined;
  #stopped = false;
  watched = false;

  constructor(options: CameraOwnerOptions) {
    this.#options = options;
    this.#source = options.openSource({
      onFrame: (frame) => this.#take(frame),
      onStatus: () => options.bus.send({ kind: 'tick', tick: this.tick() }),
    });
  }

  start(): void {
    this.#source.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#source.stop();
    this.#waiting?.release();
    this.#waiting = undefined;
    await this.#inFlight;
  }

  /** A sign of life, with or without frames. */
  tick(): Tick {
    const { camera, judge, clock } = this.#options;
    const { smallestFound } = judge;
    return {
      cameraId: camera.id,
      at: clock.now(),
      ...this.#source.status,
      ...this.#size,
      ...(smallestFound === undefined ? {} : { smallestFound }),
      ...(this.#ageMs === undefined ? {} : { ageMs: this.#ageMs }),
      counters: this.#allCounters(),
    };
  }

  #allCounters(): FrameCounters {
    const source = this.#source.counters;
    return { ...source, ...this.#counters, replaced: source.replaced + this.#counters.replaced };
  }

  #take(frame: Frame): void {
    if (this.#stopped) {
      frame.release();
      return;
    }
    if (this.#inFlight === undefined) {
      this.#inFlight = this.#judge(frame);
      return;
    }
    if (this.#waiting !== undefined) {
      this.#waiting.release();
      this.#counters.replaced += 1;
    }
    this.#waiting = frame;
  }

  async #judge(frame: Frame): Promise<void> {
    try {
      await this.#judgeFrame(frame);
    } catch (fault) {
      this.#counters.lost += 1;
      this.#options.logger.warn({ err: fault }, 'a frame got no answer from inference');
    } finally {
      frame.release();
      this.#inFlight = undefined;
      const next = this.#waiting;
      this.#waiting = undefined;
      if (next !== undefined) this.#take(next);
    }
  }

  async #judgeFrame(frame: Frame): Promise<void> {
    const { camera, judge, bus, clock } = this.#options;
    const { picture } = frame;
    this.#size = { width: picture.width, height: picture.height };
    this.#paintMasks(frame);
    bus.send({ kind: 'in-flight', cameraId: camera.id });
    const detecting = judge.detect(picture);
    // Encoded while the detector runs: the viewer waits for the observation alone.
    const live = this.watched ? encodeLivePicture(picture) : undefined;
    live?.catch(() => {});
    const judgement = await judge.conclude(frame, await detecting);
    this.#counters.judged += 1;
    this.#ageMs = clock.now() - frame.capturedAt;
    if (this.#ageMs > lateMs) this.#counters.late += 1;
    const observation = { ...judgement.observation, ageMs: this.#ageMs };
    bus.send({ kind: 'observation', observation });
    if (live !== undefined) bus.send({ kind: 'picture', observation }, [await live]);
    await this.#sendCandidates(frame, judgement);
  }

  async #sendCandidates({ picture }: Frame, judgement: Judgement): Promise<void> {
    const { candidates, tracker, bus } = this.#options;
    const lost = tracker.recentlyLost(pixelateLostMs);
    for (const { candidate, jpegs } of await candidates.of({ ...judgement, picture, lost })) {
      bus.send({ kind: 'evidence', candidate }, jpegs);
    }
  }

  #paintMasks({ picture }: Frame): void {
    const { privacyMasks } = this.#options.camera;
    if (privacyMasks.length === 0) return;
    const { width, height } = picture;
    if (this.#mask?.width !== width || this.#mask.height !== height) {
      this.#mask = privacyMask(privacyMasks, picture);
    }
    applyPrivacyMask(picture, this.#mask);
  }
}
