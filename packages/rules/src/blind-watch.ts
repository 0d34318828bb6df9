import type { Tick } from '@maskwatch/contracts/observation';
import type { Violation } from '@maskwatch/contracts/violation';
import { CoverageLog } from './coverage-log.ts';

/** A sign of life comes each second: two may be lost. */
const tickMissingMs = 3000;
/** Three frames of the slowest camera. */
const judgedMissingMs = 15_000;

export const offlineRuleId = 'camera-offline';

export type BlindEvent =
  | { kind: 'blind' | 'sighted'; cameraId: string; at: number }
  | { kind: 'offline' | 'recovered'; cameraId: string; at: number; violation: Violation };

interface Watched {
  tickAt: number;
  judgedAt: number;
  blindSince: number | undefined;
  offline: Violation | undefined;
  /** A judged frame came since it is watched. */
  seen: boolean;
  /** Nothing is expected of it: a film at its end. */
  resting: boolean;
  log: CoverageLog;
}

/**
 * Which cameras nobody can judge, on the caller's clock: silence is not compliance. A blindness of
 * `offlineAfterMs` is a violation of the camera, one for each blindness.
 */
export class BlindWatch {
  readonly #offlineAfterMs: number;
  readonly #newId: () => string;
  readonly #cameras = new Map<string, Watched>();

  constructor(options: { offlineAfterMs: number; newId: () => string }) {
    this.#offlineAfterMs = options.offlineAfterMs;
    this.#newId = options.newId;
  }

  /** Watches a camera that may never say anything; those that speak are watched by themselves. */
  watch(cameraId: string, now: number): void {
    this.#camera(cameraId, now);
  }

  tick(tick: Tick, now: number): void {
    const camera = this.#camera(tick.cameraId, now);
    camera.tickAt = now;
    // It starts anew: its first judged frame is due from here on.
    if (camera.resting) camera.judgedAt = now;
    camera.resting = false;
  }

  /** A film is at its end: silence is right until its next tick. Ends what was blind. */
  rest(cameraId: string, now: number): BlindEvent[] {
    const camera = this.#camera(cameraId, now);
    camera.resting = true;
    return isOut(camera) ? this.#recover(cameraId, camera, now) : [];
  }

  /** `coveredMs`: the observation's; since the last judged frame where absent. */
  judged(cameraId: string, now: number, coveredMs?: number): void {
    const camera = this.#camera(cameraId, now);
    const elapsed = now - camera.judgedAt;
    camera.log.add(now, coveredMs ?? (elapsed <= judgedMissingMs ? elapsed : 0));
    camera.judgedAt = now;
    camera.seen = true;
  }

  /** To be asked about once a second. */
  check(now: number): BlindEvent[] {
    return [...this.#cameras].flatMap(([cameraId, camera]) => this.#check(cameraId, camera, now));
  }

  /**
   * Takes over the offline violations that are open in the store, in place of its own: nobody else
   * knows those. Of a camera that is seen by now, its own ends with the next check.
   */
  restore(violations: Violation[], now: number): void {
    for (const camera of this.#cameras.values()) camera.offline = undefined;
    for (const violation of violations) {
      if (violation.subject !== 'camera' || violation.ruleId !== offlineRuleId) continue;
      const camera = this.#camera(violation.cameraId, now);
      camera.offline = violation;
      if (camera.seen) continue;
      camera.blindSince = violation.startedAt;
      camera.judgedAt = Math.min(violation.lastSeenAt, now - judgedMissingMs - 1);
    }
  }

  blind(cameraId: string): boolean {
    return this.#cameras.get(cameraId)?.blindSince !== undefined;
  }

  /** Share of the last hour, or since it is watched, in which the camera could be judged. */
  coverage(cameraId: string, now: number): number {
    const camera = this.#cameras.get(cameraId);
    if (camera === undefined) return 0;
    // What lies between the last judged frame and now is not lost yet, unless the camera is blind.
    return camera.log.share(camera.blindSince === undefined ? camera.judgedAt : now);
  }

  #check(cameraId: string, camera: Watched, now: number): BlindEvent[] {
    if (camera.resting) return [];
    const { tickAt, judgedAt } = camera;
    const blind = now - tickAt > tickMissingMs || now - judgedAt > judgedMissingMs;
    const events: BlindEvent[] = [];
    if (blind && camera.blindSince === undefined) {
      camera.blindSince = now;
      events.push({ kind: 'blind', cameraId, at: now });
    }
    const since = camera.blindSince;
    if (!blind) return isOut(camera) ? this.#recover(cameraId, camera, now) : [];
    if (since === undefined) return events;
    if (camera.offline === undefined && now - since >= this.#offlineAfterMs) {
      camera.offline = this.#offline(cameraId, camera, { since, now });
      events.push({ kind: 'offline', cameraId, at: now, violation: camera.offline });
    }
    return events;
  }

  #recover(cameraId: string, camera: Watched, now: number): BlindEvent[] {
    const events: BlindEvent[] = [{ kind: 'sighted', cameraId, at: now }];
    if (camera.offline !== undefined) {
      const end = { endedAt: now, ended: 'recovered' as const, lastSeenAt: now };
      const violation: Violation = { ...camera.offline, ...end };
      events.push({ kind: 'recovered', cameraId, at: now, violation });
    }
    camera.blindSince = undefined;
    camera.offline = undefined;
    return events;
  }

  #offline(cameraId: string, camera: Watched, at: { since: number; now: number }): Violation {
    return {
      id: this.#newId(),
      cameraId,
      ruleId: offlineRuleId,
      ruleVersion: `${this.#offlineAfterMs}`,
      subject: 'camera',
      severity: 'high',
      state: 'unknown',
      startedAt: at.since,
      openedAt: at.now,
      lastSeenAt: camera.judgedAt,
      unsure: false,
    };
  }

  #camera(cameraId: string, now: number): Watched {
    const known = this.#cameras.get(cameraId);
    if (known !== undefined) return known;
    const log = new CoverageLog(now);
    const never = { blindSince: undefined, offline: undefined, seen: false, resting: false };
    const camera: Watched = { tickAt: now, judgedAt: now, ...never, log };
    this.#cameras.set(cameraId, camera);
    return camera;
  }
}

/** Its blindness is not over yet, or one of another process is to be ended. */
function isOut({ blindSince, offline }: Watched): boolean {
  return blindSince !== undefined || offline !== undefined;
}
