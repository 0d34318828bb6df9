import { faceSize } from '@maskwatch/contracts/box';
import type { RuleConfig } from '@maskwatch/contracts/config';
import type { Trace, TraceCondition } from '@maskwatch/contracts/violation';
import type { Sight } from './sight.ts';
import type { Subject } from './subject.ts';

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Why a track did or did not fire a rule: all conditions, in the order in which they are asked. */
export function traceOf(given: {
  rule: RuleConfig;
  sight: Sight;
  subject: Subject | undefined;
  at: number;
  onCamera: boolean;
  smallestJudged: number;
}): Trace {
  const { rule, sight, subject, at } = given;
  const { track } = sight;
  const violation = subject?.violation;
  const [top] = Object.entries(track.probabilities).sort((a, b) => b[1] - a[1]);
  const belief = top === undefined ? 'nothing said yet' : `${top[0]} ${top[1].toFixed(2)}`;
  const size = faceSize(track.box);
  const heldMs = subject?.heldMs ?? 0;
  const condition = (
    name: TraceCondition['condition'],
    [holds, detail]: [boolean, string],
  ): TraceCondition => ({ condition: name, holds, detail });
  const conditions = [
    condition('camera', [
      given.onCamera,
      given.onCamera ? 'the rule holds here' : `the rule holds for ${rule.cameras?.join(', ')}`,
    ]),
    condition('zone', [
      sight.inZone,
      rule.zones === undefined
        ? 'whole picture'
        : `${sight.inZone ? 'in' : 'outside of'} ${rule.zones.join(', ')}`,
    ]),
    condition('poster', [true, track.poster ? 'still for minutes: perhaps a poster' : 'it moves']),
    condition('size', [
      size >= given.smallestJudged || track.state !== 'unknown',
      `${size.toFixed(0)} px of ${given.smallestJudged}`,
    ]),
    condition('votes', [
      track.state !== 'unknown',
      `${track.looks} looks, ${belief}${track.unsure ? ', perhaps another person' : ''}`,
    ]),
    condition('state', [
      rule.states.some((state) => state === track.state),
      `${track.state}${track.seen ? '' : ', not seen now'}`,
    ]),
    condition('hold', [
      heldMs >= rule.hold,
      `${seconds(heldMs)} of ${seconds(rule.hold)}${
        subject !== undefined && subject.pausedMs > 0 ? `, paused ${seconds(subject.pausedMs)}` : ''
      }`,
    ]),
    condition('violation', [
      violation !== undefined,
      violation === undefined ? 'none open' : `open, id ${violation.id}`,
    ]),
  ];
  const trace = { trackId: track.id, ruleId: rule.id, at, conditions };
  return violation === undefined ? trace : { ...trace, violationId: violation.id };
}
