import type { Box } from '@maskwatch/contracts/box';
import type { RuleConfig, ZoneConfig } from '@maskwatch/contracts/config';
import type { Observation, Track } from '@maskwatch/contracts/observation';
import type { EndReason, Hold, Trace, Violation } from '@maskwatch/contracts/violation';
import { isOrphan, type Origin, reattach, type Seeker } from './reattachment.ts';
import type { RuleEvent } from './rule-event.ts';
import { ruleVersion } from './rule-version.ts';
import { type Sight, sightOf } from './sight.ts';
import { newSubject, restoredSubject, resumedSubject, type Subject, step } from './subject.ts';
import { traceOf } from './trace.ts';

/** A blindness that lasts so long ends what was open: nobody knows any more. */
const cameraLostMs = 40_000;
/** What is older than the last observation by more than this comes from an owner with a new clock. */
const newClockMs = 10_000;
/** An open violation tells where its person is at most this often. */
const movedEveryMs = 1000;

export interface CameraRulesOptions {
  cameraId: string;
  rules: RuleConfig[];
  zones: ZoneConfig[];
  newId: () => string;
  smallestJudged: number;
}

/**
 * All that the rules know of one camera. Bounded by its tracks times its rules: a subject without
 * a track ends within 10 s of covered time.
 */
export class CameraRules {
  readonly #options: CameraRulesOptions;
  /** Those of this camera. */
  readonly #zones: ZoneConfig[];
  #subjects: Subject[] = [];
  #origins = new Map<string, Origin & { state: Track['state'] }>();
  #movedAt = new Map<string, number>();
  #blindSince: number | undefined;
  #last: Observation | undefined;

  constructor(options: CameraRulesOptions) {
    this.#options = options;
    this.#zones = options.zones.filter((zone) => zone.camera === options.cameraId);
  }

  observe(observation: Observation, late: boolean): RuleEvent[] {
    const now = observation.capturedAt;
    if (this.#last !== undefined && isRepeated(now, this.#last.capturedAt)) return [];
    const events = this.resume(now);
    const before = this.#origins;
    this.#origins = new Map(
      observation.tracks.map((track) => [track.id, this.#origin(track, now)]),
    );
    this.#last = observation;
    const zones = this.#zones;
    for (const rule of this.#rulesHere()) {
      const sights = observation.tracks.map((track) =>
        sightOf({ rule, track, zones, picture: observation }),
      );
      events.push(...this.#reattach(rule, sights));
      events.push(...this.#step(rule, sights, observation));
      this.#begin({ rule, sights, before, now });
      if (!late) events.push(...this.#open(rule, sights, observation));
    }
    return events;
  }

  suspend(at: number): void {
    this.#blindSince ??= at;
  }

  resume(at: number): RuleEvent[] {
    const events = this.check(at);
    this.#blindSince = undefined;
    return events;
  }

  /** Ends what a blindness has outlived. */
  check(now: number): RuleEvent[] {
    const since = this.#blindSince;
    if (since === undefined || now - since <= cameraLostMs) return [];
    const events = this.#endAll('camera-lost', since);
    this.#subjects = [];
    return events;
  }

  finish(at: number): RuleEvent[] {
    return this.#endAll('end-of-film', at);
  }

  restore(violation: Violation, box: Box): void {
    const rule = this.#rulesHere().find(({ id }) => id === violation.ruleId);
    const subject = restoredSubject(rule ?? formerRule(violation), violation, box);
    this.#subjects.push(rule === undefined ? { ...subject, trackIds: [] } : subject);
    this.#blindSince = Math.max(this.#blindSince ?? 0, violation.lastSeenAt);
  }

  /** A hold of a rule that is gone, or no longer here, is given up. */
  resumeHold(hold: Hold): void {
    const rule = this.#options.rules.find(({ id }) => id === hold.ruleId);
    if (rule === undefined || !this.#onCamera(rule)) return;
    this.#subjects.push(resumedSubject(rule, hold));
    this.#blindSince = Math.max(this.#blindSince ?? 0, hold.lastSeenAt);
  }

  /** Those on the way to a violation, as another process carries them on. */
  holds(): Hold[] {
    const { cameraId } = this.#options;
    return this.#subjects
      .filter(({ violation, trackIds }) => violation === undefined && trackIds.length > 0)
      .map(({ rule, trackIds, state, startedAt, heldMs, box, lastSeenAt }) => ({
        ...{ cameraId, ruleId: rule.id, trackId: trackIds[0]!, state },
        ...{ startedAt, heldMs, box, lastSeenAt },
      }));
  }

  open(): Violation[] {
    return this.#subjects.flatMap(({ violation }) => violation ?? []);
  }

  traces(): Trace[] {
    const last = this.#last;
    if (last === undefined) return [];
    const zones = this.#zones;
    return this.#options.rules.flatMap((rule) =>
      last.tracks.map((track) => this.#trace(rule, sightOf({ rule, track, zones, picture: last }))),
    );
  }

  /** And those that only what was restored still knows. */
  #rulesHere(): RuleConfig[] {
    const here = this.#options.rules.filter((rule) => this.#onCamera(rule));
    const known = new Map(this.#subjects.map(({ rule }) => [rule.id, rule]));
    for (const { id } of here) known.delete(id);
    return [...here, ...known.values()];
  }

  #onCamera({ cameras }: RuleConfig): boolean {
    return cameras === undefined || cameras.includes(this.#options.cameraId);
  }

  #origin(track: Track, now: number): Origin & { state: Track['state'] } {
    const { box, state, unsure } = track;
    if (unsure) return { box, at: now, unsure, state };
    const known = this.#origins.get(track.id);
    return known === undefined
      ? { box, at: track.firstSeenAt, unsure, state }
      : { ...known, state };
  }

  #of(rule: RuleConfig): Subject[] {
    return this.#subjects.filter((subject) => subject.rule.id === rule.id);
  }

  #seekers(rule: RuleConfig, sights: Sight[]): Seeker[] {
    const carried = new Set(this.#of(rule).flatMap(({ trackIds }) => trackIds));
    return sights
      .filter(({ breaking, track }) => breaking && !carried.has(track.id))
      .map(({ track }) => ({ track, origin: this.#origins.get(track.id)! }));
  }

  #reattach(rule: RuleConfig, sights: Sight[]): RuleEvent[] {
    const seen = new Set(sights.filter(({ track }) => track.seen).map(({ track }) => track.id));
    const breaking = new Set(sights.filter((s) => s.breaking).map(({ track }) => track.id));
    const orphans = this.#of(rule).filter(
      (subject) => isOrphan(subject, seen) && !subject.trackIds.some((id) => breaking.has(id)),
    );
    return reattach(orphans, this.#seekers(rule, sights)).flatMap(
      ({ subject, seekers, unsure }) => {
        subject.trackIds = seekers.map(({ track }) => track.id);
        subject.doubt = undefined;
        if (subject.violation === undefined) return [];
        const flagged = unsure || subject.violation.unsure;
        const track = seekers[0]!.track;
        const trackId = track.id;
        subject.violation = { ...subject.violation, trackId, unsure: flagged };
        return this.#move(subject, track.lastSeenAt, track.box);
      },
    );
  }

  #step(rule: RuleConfig, sights: Sight[], observation: Observation): RuleEvent[] {
    const at = { now: observation.capturedAt, coveredMs: observation.coveredMs };
    return this.#of(rule).flatMap((subject): RuleEvent[] => {
      const own = sights.filter(({ track }) => subject.trackIds.includes(track.id));
      const result = step(subject, own, at);
      if (result === 'given-up') {
        this.#drop(subject);
        return [];
      }
      if (result !== 'goes-on') return this.#end(subject, result.ended, result.at);
      const movedAt = this.#movedAt.get(subject.violation?.id ?? '') ?? 0;
      const due = subject.lastSeenAt === at.now && at.now - movedAt >= movedEveryMs;
      return due ? this.#move(subject, at.now, subject.box) : [];
    });
  }

  /** Those who broke the rule before were outside of it for another reason: they begin now. */
  #begin(given: {
    rule: RuleConfig;
    sights: Sight[];
    before: Map<string, { state: Track['state'] }>;
    now: number;
  }): void {
    const { rule, sights, before, now } = given;
    for (const { track } of this.#seekers(rule, sights)) {
      const settledNow = before.get(track.id)?.state !== track.state;
      this.#subjects.push(newSubject(rule, track, settledNow ? track.stateSince : now));
    }
  }

  #open(rule: RuleConfig, sights: Sight[], observation: Observation): RuleEvent[] {
    return this.#of(rule).flatMap((subject): RuleEvent[] => {
      const sight = sights.find((s) => s.breaking && subject.trackIds.includes(s.track.id));
      if (subject.violation !== undefined || sight === undefined || subject.heldMs < rule.hold) {
        return [];
      }
      const now = observation.capturedAt;
      const violation: Violation = {
        id: this.#options.newId(),
        cameraId: this.#options.cameraId,
        ruleId: rule.id,
        ruleVersion: ruleVersion(rule, this.#options.zones),
        subject: 'person',
        severity: rule.severity,
        state: subject.state,
        trackId: sight.track.id,
        box: sight.track.box,
        startedAt: subject.startedAt,
        openedAt: now,
        lastSeenAt: now,
        unsure: false,
      };
      subject.violation = violation;
      this.#movedAt.set(violation.id, now);
      return [{ kind: 'opened', violation, trace: this.#trace(rule, sight) }];
    });
  }

  #move(subject: Subject, lastSeenAt: number, box: Box): RuleEvent[] {
    if (subject.violation === undefined) return [];
    subject.violation = { ...subject.violation, lastSeenAt, box };
    this.#movedAt.set(subject.violation.id, lastSeenAt);
    return [{ kind: 'moved', violation: subject.violation }];
  }

  #endAll(ended: EndReason, at: number): RuleEvent[] {
    return [...this.#subjects].flatMap((subject) => this.#end(subject, ended, at));
  }

  /** A violation ends when what ended it began, but not before it was opened. */
  #end(subject: Subject, ended: EndReason, at: number): RuleEvent[] {
    this.#drop(subject);
    if (subject.violation === undefined) return [];
    const { lastSeenAt, box } = subject;
    const endedAt = Math.max(at, subject.violation.openedAt);
    const violation = { ...subject.violation, lastSeenAt, box, endedAt, ended };
    return [{ kind: 'ended', violation, ended }];
  }

  #drop(subject: Subject): void {
    this.#subjects = this.#subjects.filter((other) => other !== subject);
    if (subject.violation !== undefined) this.#movedAt.delete(subject.violation.id);
  }

  #trace(rule: RuleConfig, sight: Sight): Trace {
    const subject = this.#of(rule).find(({ trackIds }) => trackIds.includes(sight.track.id));
    return traceOf({
      rule,
      sight,
      subject,
      at: this.#last?.capturedAt ?? 0,
      onCamera: this.#onCamera(rule),
      smallestJudged: this.#options.smallestJudged,
    });
  }
}

function isRepeated(now: number, last: number): boolean {
  return now <= last && now > last - newClockMs;
}

/** A rule that no longer holds here: nobody can break it, so its violations end as left. */
function formerRule({ ruleId, severity }: Violation): RuleConfig {
  return { id: ruleId, states: [], hold: 0, severity };
}
