/** What is said over the frames Redis, and where. Whatever comes from there is checked. */
import { HubMessage, IngestMessage } from '@maskwatch/contracts/bus';
import { CameraId } from '@maskwatch/contracts/camera';
import { Observation } from '@maskwatch/contracts/observation';
import { protocol } from '@maskwatch/contracts/scaled';
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

/** Words of another protocol may read alike and mean something else. */
const Protocol = z.literal(protocol);

/**
 * Of an ingest; the JPEGs of its message follow as bytes. What an ingest of another protocol says of
 * itself is heard, so that the hub can say why it gives it nothing.
 */
export const IngestWord = z
  .object({
    protocol: z.number().int(),
    ingestId: ProcessId,
    epoch: Epoch,
    message: IngestMessage,
  })
  .refine((word) => word.protocol === protocol || word.message.kind === 'ingest');

/** The value under a camera's live key; one JPEG follows as bytes. */
export const LivePicture = z.object({
  protocol: Protocol,
  ingestId: ProcessId,
  epoch: Epoch,
  /** Of the pictures that this ingest put there for this camera, from 1 on. */
  count: z.number().int(),
  observation: Observation,
});

/** A new picture is there: who has missed some sees it by the count. */
export const LiveNote = LivePicture.pick({ protocol: true, ingestId: true, count: true }).extend({
  cameraId: CameraId,
});
export type LiveNote = z.infer<typeof LiveNote>;

/** Of a hub. `configure` and `stop` are of one machine: no config with its passwords travels. */
export const HubWord = z.object({ protocol: Protocol, hubId: ProcessId, message: HubMessage });

export function encodeWord(word: object, bytes: readonly Uint8Array[] = []): Buffer {
  return Buffer.concat(encodeMessage({ protocol, ...word }, bytes));
}

/** Undefined where it is no such word of this protocol. */
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
