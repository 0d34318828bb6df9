import { z } from 'zod';
import { Box } from './box.ts';
import { JudgedState, Probabilities } from './mask-state.ts';

/** A face found on one frame. */
export const Detection = z.object({
  box: Box,
  confidence: z.number().min(0).max(1),
  /** Of a one-stage detector: what it says of the mask. */
  probabilities: Probabilities.optional(),
});
export type Detection = z.infer<typeof Detection>;

/** One face of a `detect --json` line; its box is in pixels of the input picture. */
export const DetectedFace = Detection.extend({
  /** The likeliest state, whether or not the service would have believed it. */
  label: z.union([JudgedState, z.literal('face')]),
  /** Would the service have believed it? */
  judged: z.boolean(),
  probabilities: Probabilities,
});
export type DetectedFace = z.infer<typeof DetectedFace>;

/** A line of `detect --json`: one picture, or one frame of a video. */
export const DetectLine = z.object({
  file: z.string(),
  frame: z.number().int().optional(),
  timeMs: z.number().optional(),
  width: z.number().int(),
  height: z.number().int(),
  faces: z.array(DetectedFace),
});
export type DetectLine = z.infer<typeof DetectLine>;
