import { z } from 'zod';
import { Box } from './box.ts';
import { CameraId } from './camera.ts';
import { JudgedState, MaskState } from './mask-state.ts';

export const Severity = z.enum(['low', 'medium', 'high']);
export type Severity = z.infer<typeof Severity>;

/** complied: an allowed state settled; left: the person went; camera-lost: 40 s of blindness. */
export const EndReason = z.enum(['complied', 'left', 'camera-lost', 'recovered', 'end-of-film']);
export type EndReason = z.infer<typeof EndReason>;

/**
 * One person, or one camera, breaking one rule. `pending` ones live in the rules only; what is
 * stored is open or ended.
 */
export const Violation = z.object({
  id: z.string(),
  cameraId: CameraId,
  ruleId: z.string(),
  /** Hash of the rule as it stood when the violation opened. */
  ruleVersion: z.string(),
  subject: z.enum(['person', 'camera']),
  severity: Severity,
  /** The mask state that broke the rule; `unknown` for a camera. */
  state: MaskState,
  /** The track that carries it now; changes when the violation re-attaches. */
  trackId: z.string().optional(),
  /** Where the person was last seen, in analysis pixels. */
  box: Box.optional(),
  /** When the state began. */
  startedAt: z.number(),
  /** When the hold was reached. */
  openedAt: z.number(),
  /** Capture time of the last observation that counted for it. */
  lastSeenAt: z.number(),
  endedAt: z.number().optional(),
  ended: EndReason.optional(),
  /** Another candidate could have been meant when it re-attached. */
  unsure: z.boolean(),
});
export type Violation = z.infer<typeof Violation>;

/** Somebody on the way to a violation, as it is kept so that another hub carries the hold on. */
export const Hold = z.object({
  cameraId: CameraId,
  ruleId: z.string(),
  trackId: z.string(),
  state: JudgedState,
  startedAt: z.number(),
  /** Covered time in the state, in milliseconds. */
  heldMs: z.number(),
  box: Box,
  lastSeenAt: z.number(),
});
export type Hold = z.infer<typeof Hold>;

/** One named reason in the trace of a track: what a rule asks, what there is, and whether it holds. */
export const TraceCondition = z.object({
  condition: z.enum(['camera', 'zone', 'poster', 'size', 'votes', 'state', 'hold', 'violation']),
  holds: z.boolean(),
  detail: z.string(),
});
export type TraceCondition = z.infer<typeof TraceCondition>;

/** Why a track did or did not fire a rule: the first condition that does not hold is the answer. */
export const Trace = z.object({
  trackId: z.string(),
  ruleId: z.string(),
  at: z.number(),
  conditions: z.array(TraceCondition),
  violationId: z.string().optional(),
});
export type Trace = z.infer<typeof Trace>;
