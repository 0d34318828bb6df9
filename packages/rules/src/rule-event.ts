import type { EndReason, Trace, Violation } from '@maskwatch/contracts/violation';

/** `moved`: another track carries it now, or a second has passed since its place was last told. */
export type RuleEvent =
  | { kind: 'opened'; violation: Violation; trace: Trace }
  | { kind: 'moved'; violation: Violation }
  | { kind: 'ended'; violation: Violation; ended: EndReason };
