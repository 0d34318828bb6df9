/** What processes of the scaled shape say of themselves when they join. */
import { z } from 'zod';
import { CameraId } from './camera.ts';

/**
 * Of the messages between the services. Raised only when an older process would misread a newer
 * one: processes of another protocol are refused, of another version only named.
 */
export const protocol = 1;

export const ModelStamp = z.object({ name: z.string(), sha256: z.string() });
export type ModelStamp = z.infer<typeof ModelStamp>;

/** Compared with the active hub's: who judges with another model is refused, with both hashes. */
export const ProcessStamp = z.object({
  protocol: z.number().int(),
  version: z.string(),
  detector: ModelStamp,
  /** Absent where the detector judges by itself. */
  classifier: ModelStamp.optional(),
});
export type ProcessStamp = z.infer<typeof ProcessStamp>;

/** Where a session computes, and why not where it was asked to. */
export const Provider = z.enum(['cpu', 'cuda', 'webgpu', 'tfjs']);
export type Provider = z.infer<typeof Provider>;

/** A crash of an inference worker. */
export const WorkerDeath = z.object({
  at: z.number(),
  /** Whose pictures or crops it had taken and not answered. */
  cameraIds: z.array(CameraId),
});
export type WorkerDeath = z.infer<typeof WorkerDeath>;

/** Of one inference worker, kept in the frames Redis while it lives; for the status page and /metrics. */
export const WorkerStatus = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number().int(),
  at: z.number(),
  version: z.string(),
  /** What it judges with; the same as every other's, or it would have been refused. */
  detector: ModelStamp.optional(),
  classifier: ModelStamp.optional(),
  provider: Provider,
  /** Why it is not the provider that was asked for. */
  fallback: z.string().optional(),
  /** Most pictures of one run. */
  batch: z.number().int(),
  pictures: z.number().int(),
  crops: z.number().int(),
  failed: z.number().int(),
  detectorMs: z.number().optional(),
  classifierMs: z.number().optional(),
  /** Of the one in whose place it was started, on the same clock as `at`; absent where that did not crash. */
  died: WorkerDeath.optional(),
});
export type WorkerStatus = z.infer<typeof WorkerStatus>;

/** A camera of one owner, in one epoch: what is said in an older one is not believed. */
export const Lease = z.object({ cameraId: CameraId, epoch: z.number().int() });
export type Lease = z.infer<typeof Lease>;

/** Of one ingest, as the hubs hear it. */
export const IngestStatus = z.object({
  id: z.string(),
  version: z.string(),
  /** When it was last heard. */
  at: z.number(),
  owned: z.array(Lease),
  leaving: z.boolean(),
  /** Why it is given no camera: another model, or another config. */
  refused: z.string().optional(),
});
export type IngestStatus = z.infer<typeof IngestStatus>;

/** Of one hub, as the hubs hear it. */
export const HubStatus = z.object({
  id: z.string(),
  /** When it was last heard. */
  at: z.number(),
  version: z.string(),
  /** The one whose rules count. */
  active: z.boolean(),
  viewers: z.number().int(),
});
export type HubStatus = z.infer<typeof HubStatus>;

/** Who is there, as one hub knows it. */
export const ScaledStatus = z.object({
  /** The hub that answers. */
  hubId: z.string(),
  /** Itself among them. */
  hubs: z.array(HubStatus),
  ingests: z.array(IngestStatus),
  workers: z.array(WorkerStatus),
  /** Requests that wait for a worker; absent while the frames Redis does not answer. */
  queued: z.number().int().optional(),
});
export type ScaledStatus = z.infer<typeof ScaledStatus>;
