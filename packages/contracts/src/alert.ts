import { z } from 'zod';
import { Box } from './box.ts';
import { Trace, Violation } from './violation.ts';

export const Condition = z.enum(['firing', 'ended']);
export type Condition = z.infer<typeof Condition>;

export const Handling = z.enum(['new', 'acknowledged', 'dismissed']);
export type Handling = z.infer<typeof Handling>;

export const DismissReason = z.enum(['wrong', 'unclear']);
export type DismissReason = z.infer<typeof DismissReason>;

/** What was kept of a violation, stored without drawings; boxes are drawn when shown or sent. */
export const Evidence = z.object({
  id: z.string(),
  alertId: z.string(),
  kind: z.enum(['picture', 'crop']),
  /** Below the evidence folder. */
  path: z.string(),
  bytes: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  /** The violating face on this picture, in its pixels. */
  box: Box,
  capturedAt: z.number(),
});
export type Evidence = z.infer<typeof Evidence>;

/** What people are told of a violation. */
export const Alert = z.object({
  id: z.string(),
  /** Grows with every change of any alert: a client asks for what came after the last it saw. */
  sequence: z.number().int(),
  violation: Violation,
  condition: Condition,
  handling: Handling,
  dismissReason: DismissReason.optional(),
  handledBy: z.string().optional(),
  handledAt: z.number().optional(),
  evidence: z.array(Evidence),
  /** Why there is no picture, as a sentence, where one was due. */
  evidenceMissing: z.string().optional(),
  /** Why it fired, as it stood when the violation opened. */
  trace: Trace.optional(),
});
export type Alert = z.infer<typeof Alert>;
