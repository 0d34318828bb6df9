import type { Box } from '@maskwatch/contracts/box';
import type { RuleConfig } from '@maskwatch/contracts/config';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import type { Track } from '@maskwatch/contracts/observation';
import type { EndReason, Hold, Violation } from '@maskwatch/contracts/violation';
import type { Sight } from './sight.ts';

/** `unknown` or a loss pauses a hold for so long, in covered time; then it starts again. */
export const longestPauseMs = 2000;
/** An allowed state that lasts so long, in covered time, is not a flicker. */
export const compliedMs = 3000;
/** Without the person for so long, in covered time, the person has left. */
export const leftMs = 10_000;

/** One person on the way to a violation of one rule (pending), or in one (open). */
export interface Subject {
  rule: RuleConfig;
  /** Who carries it: one track, more when it could not be told which. */
  trackIds: string[];
  state: JudgedState;
  startedAt: number;
  /** Covered time in the state. */
  heldMs: number;
  /** Covered time since it was last breaking, while pending. */
  pausedMs: number;
  /** Covered time in an allowed state, and when that state began. */
  compliedMs: number;
  compliedSince: number | undefined;
  /** Covered time without the person. */
  absentMs: number;
  /** Was it breaking on the last observation? */
  breaking: boolean;
  box: Box;
  lastSeenAt: number;
  /** Where and when its track could have become another person's, and the covered time since. */
  doubt: { box: Box; at: number; agoMs: number } | undefined;
  violation: Violation | undefined;
}

export function newSubject(rule: RuleConfig, track: Track, startedAt: number): Subject {
  return {
    rule,
    trackIds: [track.id],
    state: track.state as JudgedState,
    startedAt,
    heldMs: 0,
    pausedMs: 0,
    compliedMs: 0,
    compliedSince: undefined,
    absentMs: 0,
    breaking: true,
    box: track.box,
    lastSeenAt: track.lastSeenAt,
    doubt: undefined,
    violation: undefined,
  };
}

/** What a stored violation is after a restart: nobody carries it but perhaps the track it names. */
export function restoredSubject(rule: RuleConfig, violation: Violation, box: Box): Subject {
  return {
    rule,
    trackIds: violation.trackId === undefined ? [] : [violation.trackId],
    state: violation.state as JudgedState,
    startedAt: violation.startedAt,
    heldMs: rule.hold,
    pausedMs: 0,
    compliedMs: 0,
    compliedSince: undefined,
    absentMs: 0,
    breaking: false,
    box,
    lastSeenAt: violation.lastSeenAt,
    doubt: undefined,
    violation,
  };
}

/** A hold as it was kept: its track, or who breaks the rule near its place, carries it on. */
export function resumedSubject(rule: RuleConfig, hold: Hold): Subject {
  const { trackId, state, startedAt, heldMs, box, lastSeenAt } = hold;
  return {
    ...{ rule, trackIds: [trackId], state, startedAt, heldMs, box, lastSeenAt },
    ...{ pausedMs: 0, compliedMs: 0, compliedSince: undefined, absentMs: 0 },
    ...{ breaking: false, doubt: undefined, violation: undefined },
  };
}

/** What one observation makes of a subject: it goes on, is given up (pending), or ends (open). */
export type Step = 'goes-on' | 'given-up' | { ended: EndReason; at: number };

/** Moves the subject on by one observation. `sights` are those of its own tracks. */
export function step(
  subject: Subject,
  sights: Sight[],
  at: { now: number; coveredMs: number },
): Step {
  const breaking = sights.find((sight) => sight.breaking);
  const present = breaking ?? sights.find(({ track, inZone }) => track.seen && inZone);
  if (present !== undefined) {
    subject.box = present.track.box;
    subject.lastSeenAt = at.now;
  }
  noteDoubt(subject, sights, at);
  const wasBreaking = subject.breaking;
  subject.breaking = breaking !== undefined;
  if (breaking !== undefined) {
    if (wasBreaking) subject.heldMs += at.coveredMs;
    if (!breaking.track.unsure) subject.doubt = undefined;
    subject.state = breaking.track.state as JudgedState;
    subject.pausedMs = 0;
    subject.absentMs = 0;
    subject.compliedMs = 0;
    subject.compliedSince = undefined;
    return 'goes-on';
  }
  return subject.violation === undefined
    ? pause(subject, sights, at.coveredMs)
    : windDown(subject, sights, { present: present !== undefined, coveredMs: at.coveredMs });
}

function pause(subject: Subject, sights: Sight[], coveredMs: number): Step {
  subject.pausedMs += coveredMs;
  if (sights.some(({ allowed }) => allowed) && subject.doubt === undefined) return 'given-up';
  return subject.pausedMs > longestPauseMs ? 'given-up' : 'goes-on';
}

function windDown(
  subject: Subject,
  sights: Sight[],
  { present, coveredMs }: { present: boolean; coveredMs: number },
): Step {
  subject.absentMs = present ? 0 : subject.absentMs + coveredMs;
  if (subject.absentMs >= leftMs) return { ended: 'left', at: subject.lastSeenAt };
  const seen = sights.filter(({ track }) => track.seen);
  if (seen.length > 0 && seen.every(({ allowed }) => allowed)) {
    if (subject.compliedSince !== undefined) subject.compliedMs += coveredMs;
    subject.compliedSince ??= Math.min(...seen.map(({ track }) => track.stateSince));
    if (subject.compliedMs >= compliedMs) return { ended: 'complied', at: subject.compliedSince };
  }
  return 'goes-on';
}

function noteDoubt(
  subject: Subject,
  sights: Sight[],
  { now, coveredMs }: { now: number; coveredMs: number },
): void {
  const unsure = sights.find(({ track }) => track.unsure);
  if (unsure !== undefined) {
    subject.doubt = { box: unsure.track.box, at: now, agoMs: 0 };
  } else if (subject.doubt !== undefined) {
    subject.doubt.agoMs += coveredMs;
    if (subject.doubt.agoMs > leftMs) subject.doubt = undefined;
  }
}
