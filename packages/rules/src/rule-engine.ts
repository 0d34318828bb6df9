import type { RuleConfig, ZoneConfig } from '@maskwatch/contracts/config';
import type { Observation } from '@maskwatch/contracts/observation';
import type { Hold, Trace, Violation } from '@maskwatch/contracts/violation';
import { CameraRules } from './camera-rules.ts';
import type { RuleEvent } from './rule-event.ts';

export interface RuleEngineOptions {
  rules: RuleConfig[];
  zones: ZoneConfig[];
  newId: () => string;
  /** Smallest face that is judged, in analysis pixels; for the trace. */
  smallestJudged?: number;
}

/**
 * Observations in, what happens to violations out. Time comes with the observations; blindness is
 * told by the caller, on whose clock it is found.
 */
export class RuleEngine {
  readonly #options: RuleEngineOptions;
  readonly #cameras = new Map<string, CameraRules>();

  constructor(options: RuleEngineOptions) {
    this.#options = options;
  }

  /** `late`: it is older than 2 s: people are followed, but nothing opens. */
  observe(observation: Observation, { late = false } = {}): RuleEvent[] {
    return this.#camera(observation.cameraId).observe(observation, late);
  }

  /** The camera is blind: covered time stands still, and so do holds. */
  suspend(cameraId: string, at: number): void {
    this.#camera(cameraId).suspend(at);
  }

  /** The camera is sighted again; an observation says so by itself. */
  resume(cameraId: string, at: number): RuleEvent[] {
    return this.#camera(cameraId).resume(at);
  }

  /** To be asked about once a second: ends what a blindness of 40 s has outlived. */
  check(now: number): RuleEvent[] {
    return [...this.#cameras.values()].flatMap((camera) => camera.check(now));
  }

  /** The film is over: all that is open ends, and the camera is forgotten. */
  finish(cameraId: string, at: number): RuleEvent[] {
    const events = this.#camera(cameraId).finish(at);
    this.#cameras.delete(cameraId);
    return events;
  }

  /**
   * Takes over what was open, and the holds under way, when the process went. Each is carried on by
   * its track, or by who breaks the rule near its place; the time since it was last seen counts as
   * blindness. Holds are kept each second: one that was reached since is the violation that is open.
   */
  restore(violations: Violation[], holds: Hold[] = []): void {
    for (const hold of holds) {
      const reached = violations.some((violation) => isOf(violation, hold));
      if (!reached) this.#camera(hold.cameraId).resumeHold(hold);
    }
    for (const violation of violations) {
      if (violation.subject !== 'person' || violation.box === undefined) continue;
      this.#camera(violation.cameraId).restore(violation, violation.box);
    }
  }

  /** Another process goes on with what was known here. */
  forget(): void {
    this.#cameras.clear();
  }

  holds(): Hold[] {
    return [...this.#cameras.values()].flatMap((camera) => camera.holds());
  }

  traces(cameraId: string): Trace[] {
    return this.#cameras.get(cameraId)?.traces() ?? [];
  }

  open(): Violation[] {
    return [...this.#cameras.values()].flatMap((camera) => camera.open());
  }

  #camera(cameraId: string): CameraRules {
    const known = this.#cameras.get(cameraId);
    if (known !== undefined) return known;
    const { rules, zones, newId, smallestJudged = 32 } = this.#options;
    const camera = new CameraRules({ cameraId, rules, zones, newId, smallestJudged });
    this.#cameras.set(cameraId, camera);
    return camera;
  }
}

/** By its beginning, not by its track: that may have become another since. */
function isOf(violation: Violation, { cameraId, ruleId, startedAt }: Hold): boolean {
  return (
    violation.cameraId === cameraId &&
    violation.ruleId === ruleId &&
    violation.startedAt === startedAt
  );
}
