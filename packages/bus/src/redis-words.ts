/** What is said over the frames Redis, and where. Whatever comes from there is checked. */
import { HubMessage, IngestMessage } from '@maskwatch/contracts/bus';
import { CameraId } from '@maskwatch/contracts/camera';
import { Observation } from '@maskwatch/contracts/observation';
import { z } from 'zod';
import { decodeMessage, encodeMessage } from './message-stream.ts';

export const ingestChannel = 'maskwatch:bus:ingest';
export const liveChannel = 'maskwatch:bus:live';
export const hubChannel = 'maskwatch:bus:hub';

/** The newest live picture of a camera: one at most is in Redis, and it dies soon. */
export const liveKey = (cameraId: string) => `maskwatch:live:${cameraId}`;
export const liveMs = 2000;

const ProcessId = z.string().min(1).max(200);
const Epoch = z.number().int().nonnegative();

/** Of an ingest; the JPEGs of its message follow as bytes. */
export const IngestWord = z.object({ ingestId: ProcessId, epoch: Epoch, message: IngestMessage });

/** The value under a camera's live key; one JPEG follows as bytes. */
export const LivePicture = z.object({
  ingestId: ProcessId,
  epoch: Epoch,
  /** Of the pictures that this ingest put there for this camera, from 1 on. */
  count: z.number().int(),
  observation: Observation,
});

/** A new picture is there: who has missed some sees it by the count. */
export const LiveNote = LivePicture.pick({ ingestId: true, count: true }).extend({
  cameraId: CameraId,
});
export type LiveNote = z.infer<typeof LiveNote>;

/** Of a hub. `configure` and `stop` are of one machine: no config with its passwords travels. */
export const HubWord = z.object({ hubId: ProcessId, message: HubMessage });

export function encodeWord(word: unknown, bytes: readonly Uint8Array[] = []): Buffer {
  return Buffer.concat(encodeMessage(word, bytes));
}

/** Undefined where it is no such word. */
export function decodeWord<T>(
  schema: z.ZodType<T>,
  raw: Buffer,
): { word: T; bytes: Uint8Array } | undefined {
  try {
    const { message, bytes } = decodeMessage(raw);
    const parsed = schema.safeParse(message);
    return parsed.success ? { word: parsed.data, bytes } : undefined;
  } catch {
    return undefined;
  }
}
