import { z } from 'zod';
import { Box } from './box.ts';
import { CameraCause, CameraId, CameraState, FrameCounters } from './camera.ts';
import { MaskState, Probabilities } from './mask-state.ts';

/** One person's detections over time on one camera, as of one observation. */
export const Track = z.object({
  /** Random, dies with the track: it says nothing of who the person is. */
  id: z.string(),
  box: Box,
  /** The detector's, of the last detection. */
  confidence: z.number(),
  state: MaskState,
  /** When the present state began: the capture time of the first look that led to it. */
  stateSince: z.number(),
  /** False while the track is kept alive without a detection on this frame. */
  seen: z.boolean(),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
  /** Looks that counted towards the votes. */
  looks: z.number().int(),
  /** The votes' present belief; sums to 1 over the classifier's states. */
  probabilities: Probabilities,
  /** Association could have chosen another person: crossing or crowding. */
  unsure: z.boolean(),
  /** The face has been still to the pixel for minutes: perhaps a poster. */
  poster: z.boolean(),
});
export type Track = z.infer<typeof Track>;

/** What a camera's owner knows of it at one time. */
export const Observation = z.object({
  cameraId: CameraId,
  sequence: z.number().int(),
  /** Milliseconds since the epoch: arrival of the frame at the owner, monotonic, anchored to UTC. */
  capturedAt: z.number(),
  width: z.number().int(),
  height: z.number().int(),
  tracks: z.array(Track),
  /** Milliseconds since the last judged frame that count as covered (bounded by the owner). */
  coveredMs: z.number(),
  /** From capture to this observation on the owner's clock; absent for films, which are never late. */
  ageMs: z.number().optional(),
});
export type Observation = z.infer<typeof Observation>;

/** A sign of life each second, with or without frames. */
export const Tick = z.object({
  cameraId: CameraId,
  at: z.number(),
  state: CameraState,
  cause: CameraCause.optional(),
  detail: z.string().optional(),
  since: z.number(),
  width: z.number().int().optional(),
  height: z.number().int().optional(),
  smallestFound: z.number().optional(),
  ageMs: z.number().optional(),
  counters: FrameCounters,
});
export type Tick = z.infer<typeof Tick>;

/** A line of a recording: what the owner said, in order. Rules are tested by replaying them. */
export const RecordingLine = z.union([
  z.object({ observation: Observation }),
  z.object({ tick: Tick }),
]);
export type RecordingLine = z.infer<typeof RecordingLine>;
