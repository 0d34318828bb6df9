/**
 * The loop of one camera: one frame is in flight, the newest waiting one goes next, so that overload
 * costs frames, never freshness. A film loses none: its frames wait for their turn and their time.
 */
import type { IngestBus } from '@maskwatch/bus/bus';
import type { FrameCounters } from '@maskwatch/contracts/camera';
import { sourceKind } from '@maskwatch/contracts/camera-source';
import type { CameraConfig } from '@maskwatch/contracts/config';
import type { Observation, Tick } from '@maskwatch/contracts/observation';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import type { Tracker } from '@maskwatch/tracking/tracker';
import { applyPrivacyMask, type PrivacyMask, privacyMask } from '@maskwatch/vision/privacy-mask';
import { pause } from '../source/deadlines.ts';
import type { Frame, FrameSource, FrameSourceHandlers } from '../source/frame-source.ts';
import type { EvidenceCandidates } from './evidence-candidates.ts';
import type { FaceJudge, Judgement } from './face-judge.ts';
import { encodeLivePicture } from './jpeg.ts';

/** An observation older than this is late: it is shown, and opens nothing. */
const lateMs = 2000;
/** Faces lost for less than this are pixelated in evidence where they may still be. */
const pixelateLostMs = 1000;
/** No model on no machine takes this long, with every camera before it in the queue. */
const hangSeconds = 60;

export interface CameraOwnerOptions {
  camera: CameraConfig;
  judge: FaceJudge;
  tracker: Tracker;
  candidates: EvidenceCandidates;
  bus: IngestBus;
  clock: Clock;
  logger: Logger;
  epoch?: number;
  openSource(handlers: FrameSourceHandlers): FrameSource;
}

export class CameraOwner {
  readonly #options: CameraOwnerOptions;
  readonly #source: FrameSource;
  readonly #film: boolean;
  readonly #stop = new AbortController();
  readonly #counters = { replaced: 0, judged: 0, late: 0, lost: 0, discarded: 0 };
  /** Of a camera the newest only; of a film at most as many as its source has buffers. */
  #waiting: Frame[] = [];
  #inFlight: Promise<void> | undefined;
  #mask: PrivacyMask | undefined;
  #size: { width: number; height: number } | undefined;
  #ageMs: number | undefined;
  /** The next frame is of a film that has begun anew. */
  #anew = false;
  /** For how many seconds one frame has been under way; undefined between frames. */
  #underWay: number | undefined;
  watched = false;
  /** Of the camera's lease. What is said of a frame is said in the epoch in which it was taken up. */
  epoch: number;

  constructor(options: CameraOwnerOptions) {
    this.#options = options;
    this.epoch = options.epoch ?? 0;
    this.#film = sourceKind(options.camera.source) === 'file';
    this.#source = options.openSource({
      onFrame: (frame) => this.#take(frame),
      onSeam: () => this.#seam(),
      onStatus: () => options.bus.send({ kind: 'tick', tick: this.tick() }, [], this.epoch),
    });
  }

  get cameraId(): string {
    return this.#options.camera.id;
  }

  start(): void {
    this.#source.start();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    for (const frame of this.#waiting.splice(0)) frame.release();
    await this.#source.stop();
    await this.#inFlight;
  }

  /** Of the last observation when it was done; absent before it, and of a film. */
  get ageMs(): number | undefined {
    return this.#ageMs;
  }

  get counters(): FrameCounters {
    const { received, starts, ...source } = this.#source.counters;
    const own = this.#counters;
    return {
      ...{ received, starts, ...own },
      replaced: source.replaced + own.replaced,
      discarded: source.discarded + own.discarded,
    };
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
      counters: this.counters,
    };
  }

  /**
   * To be asked each second: does a run of a model not end? Counted in questions, so that a process
   * that stood still itself takes nothing for a hang.
   */
  hangs(): boolean {
    if (this.#underWay === undefined) return false;
    this.#underWay += 1;
    return this.#underWay > hangSeconds;
  }

  #take(frame: Frame): void {
    // Nobody knows what a frozen camera has before it now: unjudged, so that it counts as blind.
    const frozen = this.#source.status.state === 'frozen';
    if (frozen) this.#counters.discarded += 1;
    if (frozen || this.#stop.signal.aborted) {
      frame.release();
      return;
    }
    if (!this.#film) this.#giveUpWaiting();
    this.#waiting.push(frame);
    this.#inFlight ??= this.#judgeWaiting();
  }

  /** What waits is of the end of the film: nothing may follow its people to the beginning. */
  #seam(): void {
    this.#giveUpWaiting();
    this.#anew = true;
  }

  #giveUpWaiting(): void {
    for (const older of this.#waiting.splice(0)) {
      older.release();
      this.#counters.replaced += 1;
    }
  }

  async #judgeWaiting(): Promise<void> {
    for (let frame = this.#waiting.shift(); frame !== undefined; frame = this.#waiting.shift()) {
      try {
        if (this.#film) await this.#due(frame);
        if (!this.#stop.signal.aborted) await this.#judgeFrame(frame);
      } catch (fault) {
        this.#counters.lost += 1;
        this.#options.logger.warn({ err: fault }, 'a frame got no answer from inference');
      } finally {
        this.#underWay = undefined;
        frame.release();
      }
    }
    this.#inFlight = undefined;
  }

  /** A film is watched at its own pace, or slower where the machine is. */
  async #due({ capturedAt }: Frame): Promise<void> {
    const { clock } = this.#options;
    const early = capturedAt - clock.now();
    if (early > 0) await pause(clock, early, this.#stop.signal);
  }

  async #judgeFrame(frame: Frame): Promise<void> {
    const { camera, judge, bus, tracker } = this.#options;
    const { picture } = frame;
    const { epoch } = this;
    this.#underWay = 0;
    if (this.#anew) tracker.reset();
    this.#anew = false;
    this.#size = { width: picture.width, height: picture.height };
    this.#paintMasks(frame);
    bus.send({ kind: 'in-flight', cameraId: camera.id }, [], epoch);
    const detecting = judge.detect(picture);
    // Encoded while the detector runs: the viewer waits for the observation alone.
    const live = this.watched ? encodeLivePicture(picture) : undefined;
    live?.catch(() => {});
    const judgement = await judge.conclude(frame, await detecting);
    const observation = this.#dated(judgement.observation);
    bus.send({ kind: 'observation', observation }, [], epoch);
    if (live !== undefined) await this.#sendPicture(observation, { live, epoch });
    await this.#sendCandidates(frame, { ...judgement, epoch });
  }

  /** With its age, which a film's have not: they are never late. */
  #dated(observation: Observation): Observation {
    this.#counters.judged += 1;
    if (this.#film) return observation;
    const ageMs = this.#options.clock.now() - observation.capturedAt;
    this.#ageMs = ageMs;
    if (ageMs > lateMs) this.#counters.late += 1;
    return { ...observation, ageMs };
  }

  /** A picture that cannot be encoded costs the viewers one, and evidence nothing. */
  async #sendPicture(
    observation: Observation,
    { live, epoch }: { live: Promise<Uint8Array>; epoch: number },
  ): Promise<void> {
    const { bus, logger } = this.#options;
    try {
      bus.send({ kind: 'picture', observation }, [await live], epoch);
    } catch (fault) {
      logger.warn({ err: fault }, 'a live picture could not be made');
    }
  }

  async #sendCandidates(
    { picture }: Frame,
    { epoch, ...judgement }: Judgement & { epoch: number },
  ): Promise<void> {
    const { candidates, tracker, bus } = this.#options;
    const lost = tracker.recentlyLost(pixelateLostMs);
    for (const { candidate, jpegs } of await candidates.of({ ...judgement, picture, lost })) {
      bus.send({ kind: 'evidence', candidate }, jpegs, epoch);
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
