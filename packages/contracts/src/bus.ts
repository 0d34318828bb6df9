import { z } from 'zod';
import { Box } from './box.ts';
import { CameraId } from './camera.ts';
import { CameraConfig } from './config.ts';
import { JudgedState } from './mask-state.ts';
import { Observation, Tick } from './observation.ts';
import { Lease, ProcessStamp } from './scaled.ts';

/** A JPEG travels beside the JSON of its message, never inside it. */
export const EvidenceCandidate = z.object({
  cameraId: CameraId,
  trackId: z.string(),
  capturedAt: z.number(),
  width: z.number().int(),
  height: z.number().int(),
  box: Box,
  /** Larger is better: face size times sharpness. Compared within one track only. */
  quality: z.number(),
  /** The crop's own size, and where the face is on it. */
  crop: z.object({ width: z.number().int(), height: z.number().int(), box: Box }),
  /** Lengths of the two JPEGs that follow each other in the message's bytes. */
  pictureBytes: z.number().int(),
  cropBytes: z.number().int(),
});
export type EvidenceCandidate = z.infer<typeof EvidenceCandidate>;

/** Of the vision process itself: shown on the status page and by /metrics. */
export const VisionStatus = z.object({
  at: z.number(),
  pid: z.number().int(),
  workers: z.array(z.object({ id: z.number().int(), busy: z.boolean(), runs: z.number().int() })),
  detectorMs: z.number().optional(),
  classifierMs: z.number().optional(),
  queued: z.number().int(),
  /** Requests that found the queue full, and runs that failed. */
  refused: z.number().int(),
  failed: z.number().int(),
  /** Messages that the bus dropped because the hub was slow, by kind. */
  dropped: z.record(z.string(), z.number().int()),
});
export type VisionStatus = z.infer<typeof VisionStatus>;

/** From ingest to the hub. `picture` carries a JPEG, `evidence` two. */
export const IngestMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tick'), tick: Tick }),
  z.object({ kind: z.literal('observation'), observation: Observation }),
  z.object({ kind: z.literal('evidence'), candidate: EvidenceCandidate }),
  z.object({ kind: z.literal('picture'), observation: Observation }),
  z.object({ kind: z.literal('status'), status: VisionStatus }),
  /** Before each frame goes to inference: who was in flight when the process died. */
  z.object({ kind: z.literal('in-flight'), cameraId: CameraId }),
  /** Each second, of an ingest that shares the cameras with others. */
  z.object({
    kind: z.literal('ingest'),
    stamp: ProcessStamp,
    owned: z.array(Lease),
    /** Hashes of its config of each camera: one is granted only where both sides have the same. */
    cameras: z.record(CameraId, z.string()),
    /** It stops: its cameras go to others, and it is given none. */
    leaving: z.boolean(),
  }),
  /** Why the vision process cannot run; it ends after this. */
  z.object({
    kind: z.literal('fault'),
    code: z.string(),
    message: z.string(),
    action: z.string().optional(),
  }),
]);
export type IngestMessage = z.infer<typeof IngestMessage>;

/** From the hub to ingest. */
export const HubMessage = z.discriminatedUnion('kind', [
  /** The first message: what to own, and the models to judge with. */
  z.object({
    kind: z.literal('configure'),
    cameras: z.array(CameraConfig),
    models: z.object({ detector: z.string(), classifier: z.string() }),
    /** States that some rule forbids: evidence candidates are made of these. */
    evidenceStates: z.array(JudgedState),
  }),
  /** The cameras whose live pictures somebody watches now. */
  z.object({ kind: z.literal('watched'), cameraIds: z.array(CameraId) }),
  /**
   * Of the active hub, each 2 s: all that this ingest owns, for `validMs`. The config of a camera is
   * read by the ingest itself, so that no password travels. Of an older term it is not believed.
   */
  z.object({
    kind: z.literal('leases'),
    term: z.number().int(),
    ingestId: z.string(),
    validMs: z.number().int(),
    leases: z.array(Lease),
  }),
  z.object({ kind: z.literal('stop') }),
]);
export type HubMessage = z.infer<typeof HubMessage>;
