/** What is known of every configured camera, for the API, the page and the metrics. */
import type { Camera, CameraCause, CameraState, FrameCounters } from '@maskwatch/contracts/camera';
import { sourceKind } from '@maskwatch/contracts/camera-source';
import type { CameraConfig, ZoneConfig } from '@maskwatch/contracts/config';
import type { Observation, Tick } from '@maskwatch/contracts/observation';
import type { BlindWatch } from '@maskwatch/rules/blind-watch';
import { Histogram } from 'prom-client';

const noFrames: FrameCounters = {
  received: 0,
  replaced: 0,
  judged: 0,
  late: 0,
  lost: 0,
  discarded: 0,
  starts: 0,
};

/** Said of a camera by the hub, in place of an owner that cannot speak. */
export interface OwnerGone {
  state: CameraState;
  cause: CameraCause;
  detail: string;
  since: number;
}

export interface CameraBoardOptions {
  cameras: CameraConfig[];
  zones: ZoneConfig[];
  /** The classifier's, in analysis pixels. */
  smallestJudged: number;
  blindWatch: BlindWatch;
  startedAt: number;
}

export class CameraBoard {
  readonly #options: CameraBoardOptions;
  readonly #ticks = new Map<string, Tick>();
  readonly #observations = new Map<string, Observation>();
  #ownerGone = new Map<string, OwnerGone>();
  /** Of the observations of all cameras, for /metrics: what is older than 2 s opens nothing. */
  readonly ages = new Histogram({
    name: 'maskwatch_observation_age_seconds',
    help: 'From capture to observation, of all cameras.',
    buckets: [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1, 1.5, 2, 5],
    registers: [],
  });

  constructor(options: CameraBoardOptions) {
    this.#options = options;
  }

  tick(tick: Tick): void {
    this.#ticks.set(tick.cameraId, tick);
    this.#ownerGone.delete(tick.cameraId);
  }

  observed(observation: Observation): void {
    this.#observations.set(observation.cameraId, observation);
    if (observation.ageMs !== undefined) this.ages.observe(observation.ageMs / 1000);
  }

  /** The vision process is gone, or a camera is kept out of it. */
  ownerGone(cameraId: string, gone: OwnerGone): void {
    this.#ownerGone.set(cameraId, gone);
  }

  observation(cameraId: string): Observation | undefined {
    return this.#observations.get(cameraId);
  }

  cameras(now: number): Camera[] {
    return this.#options.cameras.map((camera) => this.#describe(camera, now));
  }

  camera(id: string, now: number): Camera | undefined {
    const camera = this.#options.cameras.find((one) => one.id === id);
    return camera && this.#describe(camera, now);
  }

  #describe(camera: CameraConfig, now: number): Camera {
    const { blindWatch, zones, smallestJudged, startedAt } = this.#options;
    const tick = this.#ticks.get(camera.id);
    const lastJudgedAt = this.#observations.get(camera.id)?.capturedAt;
    const said = this.#ownerGone.get(camera.id) ?? tick ?? starting(startedAt);
    return {
      id: camera.id,
      name: camera.name ?? camera.id,
      kind: sourceKind(camera.source),
      state: said.state,
      ...(said.cause === undefined ? {} : { cause: said.cause }),
      ...(said.detail === undefined ? {} : { detail: said.detail }),
      since: said.since,
      blind: blindWatch.blind(camera.id),
      rate: camera.rate,
      ...sizeOf(tick),
      smallestJudged,
      ...(tick?.ageMs === undefined ? {} : { ageMs: tick.ageMs }),
      ...(lastJudgedAt === undefined ? {} : { lastJudgedAt }),
      coverage: blindWatch.coverage(camera.id, now),
      counters: tick?.counters ?? noFrames,
      zones: zones
        .filter((zone) => zone.camera === camera.id)
        .map(({ id, points }) => ({ id, points: points.map(([x, y]) => [x, y]) })),
    };
  }
}

function starting(since: number): OwnerGone {
  return { state: 'offline', cause: 'connecting', detail: 'The camera is being connected.', since };
}

function sizeOf(tick: Tick | undefined): Partial<Camera> {
  if (tick?.width === undefined || tick.height === undefined) return {};
  const { width, height, smallestFound } = tick;
  return { width, height, ...(smallestFound === undefined ? {} : { smallestFound }) };
}
