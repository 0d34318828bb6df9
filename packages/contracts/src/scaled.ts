/** What processes of the scaled shape say of themselves. */
import { z } from 'zod';
import { CameraId } from './camera.ts';

export const ModelStamp = z.object({ name: z.string(), sha256: z.string() });
export type ModelStamp = z.infer<typeof ModelStamp>;

/** Compared with the active hub's: who judges with another model is refused, with both hashes. */
export const ProcessStamp = z.object({
  /** Of the messages: raised only when an older process would misread a newer one. */
  protocol: z.number().int(),
  version: z.string(),
  detector: ModelStamp,
  /** Absent where the detector judges by itself. */
  classifier: ModelStamp.optional(),
});
export type ProcessStamp = z.infer<typeof ProcessStamp>;

/** Where a network computes. */
export const Provider = z.enum(['cpu', 'cuda', 'webgpu', 'tfjs']);
export type Provider = z.infer<typeof Provider>;

/** A camera of one owner, in one epoch: what is said in an older one is not believed. */
export const Lease = z.object({ cameraId: CameraId, epoch: z.number().int() });
export type Lease = z.infer<typeof Lease>;
