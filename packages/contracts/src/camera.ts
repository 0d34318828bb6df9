import { z } from 'zod';

export const CameraId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, {
  error: 'an id is 1 to 64 of a-z, 0-9, "-" and "_", and starts with a letter or digit',
});

/**
 * What the owner says of its camera. live: frames come; stalled: the address still takes
 * connections but no frame came for 10 s, or only damaged ones; frozen: bit-equal frames for 60 s; offline: no connection.
 */
export const CameraState = z.enum(['live', 'stalled', 'frozen', 'offline']);
export type CameraState = z.infer<typeof CameraState>;

/** Why a camera is not live, as a code; the page and the logs add the sentence. */
export const CameraCause = z.enum([
  'connecting',
  'credentials',
  'name',
  'refused',
  'unreachable',
  'not-found',
  'too-many-sessions',
  'codec',
  'no-picture',
  'timeout',
  'ended',
  'frozen',
  'damaged',
  'missing-device',
  'decoder-missing',
  'quarantined',
  'vision-process',
  'no-ingest',
  'other',
]);
export type CameraCause = z.infer<typeof CameraCause>;

/** Frames by what became of them since the owner started. All are counts that only grow. */
export const FrameCounters = z.object({
  /** Complete frames that arrived from the decoder. */
  received: z.number().int(),
  /** Waiting frames that a newer one replaced before inference was free. */
  replaced: z.number().int(),
  /** Frames on which faces were looked for. */
  judged: z.number().int(),
  /** Observations that were older than 2 s when done. */
  late: z.number().int(),
  /** Frames whose inference never answered. */
  lost: z.number().int(),
  /** Frames thrown away unjudged: a backlog after a gap in arrival, damaged ones, repeats of a frozen picture. */
  discarded: z.number().int(),
  /** Times that the decoder was started. */
  starts: z.number().int(),
});
export type FrameCounters = z.infer<typeof FrameCounters>;

/** A camera as the API and the page show it. */
export const Camera = z.object({
  id: CameraId,
  name: z.string(),
  kind: z.enum(['rtsp', 'mjpeg', 'file', 'webcam', 'demo']),
  state: CameraState,
  cause: CameraCause.optional(),
  /** The cause as a sentence that says what to do; never holds a credential. */
  detail: z.string().optional(),
  /** Set by the hub on its own clock: no tick for 3 s, or no judged frame for 15 s. */
  blind: z.boolean(),
  since: z.number(),
  rate: z.number(),
  width: z.number().int().optional(),
  height: z.number().int().optional(),
  /** The smallest face that can be found, and that can be judged, in analysis pixels. */
  smallestFound: z.number().optional(),
  smallestJudged: z.number(),
  /** Milliseconds from capture to observation of the last judged frame. */
  ageMs: z.number().optional(),
  lastJudgedAt: z.number().optional(),
  /** Share of the last hour (or since start) in which the camera could be judged, 0 to 1. */
  coverage: z.number(),
  counters: FrameCounters,
  /** Zones as configured, to be drawn over the picture. */
  zones: z.array(z.object({ id: z.string(), points: z.array(z.tuple([z.number(), z.number()])) })),
});
export type Camera = z.infer<typeof Camera>;
