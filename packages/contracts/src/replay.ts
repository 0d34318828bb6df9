import { z } from 'zod';
import { Box } from './box.ts';
import { MaskState } from './mask-state.ts';
import { EndReason } from './violation.ts';

/** One alert that the rules would have raised on a film; times are milliseconds from its start. */
export const ReplayAlert = z.object({
  file: z.string(),
  rule: z.string(),
  startMs: z.number(),
  endMs: z.number(),
  ended: EndReason,
  state: MaskState,
  /** The face when the violation opened, in analysis pixels. */
  box: Box,
});
export type ReplayAlert = z.infer<typeof ReplayAlert>;

/** The line after a film's alerts. */
export const ReplaySummary = z.object({
  file: z.string(),
  frames: z.number().int(),
  tracks: z.number().int(),
  /** Settled states that changed into another settled state. */
  stateChanges: z.number().int(),
  /** Share of track time in `unknown`, 0 to 1. */
  unknownShare: z.number(),
  framesPerSecond: z.number(),
});
export type ReplaySummary = z.infer<typeof ReplaySummary>;
