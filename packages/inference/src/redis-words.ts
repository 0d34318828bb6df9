/**
 * Requests and answers as they lie in the frames Redis. A camera has one key for its one request, so
 * that it holds at most one picture a camera whatever the load; the key's name waits in the sorted
 * set of its kind, once, at the place of its first asking.
 */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { DetectorRequest } from './inference-queue.ts';
import { compressPlanes, decompressPlanes } from './picture-payload.ts';
import type { Asked, Outcome } from './worker-messages.ts';

/** A request that nobody answered by then is lost. */
export const requestMs = 2000;
/** Whoever took one later would most likely answer in vain, and the camera's turn would be spent. */
export const takenMs = 1500;
/** Answers that nobody fetches: their owner is gone. */
export const replyMs = 5000;

export const frameKey = (cameraId: string) => `maskwatch:frame:${cameraId}`;
export const repliesKey = (ownerId: string) => `maskwatch:replies:${ownerId}`;
/** Crops first: their frame is further on. */
export const readyKeys = ['maskwatch:ready:classify', 'maskwatch:ready:detect'] as const;
const turnKey = 'maskwatch:turn';

/** Places from Redis itself: the clocks of owners differ. NX keeps the place of a name that waits. */
const readyScript = `return redis.call('ZADD', KEYS[1], 'NX', redis.call('INCR', KEYS[2]), ARGV[1])`;

/** Memory is taken for what a header says. */
const Side = z.number().int().min(1).max(8192);

const Header = z.discriminatedUnion('kind', [
  z.object({
    ...{ kind: z.literal('detect'), id: z.string(), owner: z.string(), cameraId: z.string() },
    ...{ width: Side, height: Side, colour: z.enum(['rgb', 'bt601']) },
    ...{ scale: z.number(), minConfidence: z.number() },
    ...{ pictureWidth: z.number().optional(), pictureHeight: z.number().optional() },
  }),
  z.object({
    ...{ kind: z.literal('classify'), id: z.string(), owner: z.string(), cameraId: z.string() },
    ...{ count: z.number().int(), colour: z.enum(['rgb', 'bt601']) },
  }),
]);

/** A request as a worker finds it. */
export type Taken = Asked & { id: string; owner: string };

export interface Answer {
  id: string;
  worker: string;
  reply: Outcome;
}

/**
 * Length of the header as 4 bytes, the header as JSON, then the picture as JPEG or the crops as they
 * are. Problem inference-input where a picture has not the bytes of its size.
 */
export async function encodeRequest(
  asked: Asked,
  { id, owner }: { id: string; owner: string },
): Promise<Buffer> {
  if (asked.kind === 'detect') {
    const { planes, ...fields } = asked.request;
    return compressPlanes(planes, fields, headOf({ kind: 'detect', id, owner, ...fields }));
  }
  const { crops, ...fields } = asked.request;
  return Buffer.concat([headOf({ kind: 'classify', id, owner, ...fields }), crops]);
}

function headOf(header: z.input<typeof Header>): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json]);
}

/** Undefined of what no owner of this version wrote. */
export async function decodeRequest(value: Buffer): Promise<Taken | undefined> {
  try {
    const begin = 4 + value.readUInt32BE(0);
    const { id, owner, ...asked } = Header.parse(JSON.parse(value.toString('utf8', 4, begin)));
    const bytes = value.subarray(begin);
    if (asked.kind === 'detect') {
      const { kind, ...fields } = asked;
      const planes = await decompressPlanes(bytes, fields);
      return { id, owner, kind, request: { ...fields, planes } as DetectorRequest };
    }
    const { kind, ...fields } = asked;
    const crops = new Uint8Array(new SharedArrayBuffer(bytes.length));
    crops.set(bytes);
    return { id, owner, kind, request: { ...fields, crops } };
  } catch {
    return undefined;
  }
}

/** Rejects where Redis did not take it. */
export async function ask(
  redis: Redis,
  { cameraId, kind, value }: { cameraId: string; kind: Asked['kind']; value: Buffer },
): Promise<void> {
  const ready = readyKeys[kind === 'classify' ? 0 : 1];
  const done = await redis
    .pipeline()
    .set(frameKey(cameraId), value, 'PX', requestMs)
    .eval(readyScript, 2, ready, turnKey, cameraId)
    .exec();
  const fault = done?.find(([error]) => error !== null)?.[0];
  if (fault) throw fault;
}

/** The header, which has the id near its beginning, tells whose request lies there now. */
const withdrawScript = `
  local head = redis.call('GETRANGE', KEYS[1], 0, 255)
  if not string.find(head, ARGV[1], 1, true) then return 0 end
  return redis.call('DEL', KEYS[1])`;

/**
 * Takes back what no worker has taken; false where one has, or where the camera has another owner by
 * now, who has asked. The camera keeps its place.
 */
export async function withdraw(
  redis: Redis,
  { cameraId, id }: { cameraId: string; id: string },
): Promise<boolean> {
  return (await redis.eval(withdrawScript, 1, frameKey(cameraId), id)) === 1;
}

export interface TakeOptions {
  /** Requests of one batch. */
  most: number;
  /** Where fewer are there: awaited once, then more of the same kind are taken. */
  collect?: () => Promise<void>;
}

/** As Redis answers: the key, and names with their places. */
type Popped = [key: string, names: [name: string, place: string][]] | null;

/**
 * Cameras with the oldest requests of one kind, at most `most`; none after a second. They are taken in
 * one step, so that each goes to one worker. `reader` blocks.
 */
export async function takeCameras(
  { reader, redis }: { reader: Redis; redis: Redis },
  { most, collect }: TakeOptions,
): Promise<string[]> {
  const popped = await reader.bzmpop(1, readyKeys.length, ...readyKeys, 'MIN', 'COUNT', most);
  const [key, names] = (popped as Popped) ?? [];
  if (key === undefined || names === undefined) return [];
  if (collect !== undefined && names.length < most) {
    await collect();
    const more = await redis.zmpop(1, key, 'MIN', 'COUNT', most - names.length);
    names.push(...((more as Popped)?.[1] ?? []));
  }
  return names.map(([name]) => name);
}

/**
 * Their requests, which are in Redis no more: a worker that dies costs these frames and no other. What
 * is gone was lost before its turn came.
 */
export async function fetchRequests(redis: Redis, cameraIds: readonly string[]): Promise<Taken[]> {
  const requests = await Promise.all(
    cameraIds.map(async (cameraId) => {
      const value = await redis.getdelBuffer(frameKey(cameraId));
      return value === null ? undefined : decodeRequest(value);
    }),
  );
  return requests.filter((request) => request !== undefined);
}

export interface FramesWaiting {
  requests: number;
  /** Of their pictures and crops, with their headers. */
  bytes: number;
}

/** What waits for a worker now, of each kind. A name whose request is lost does not count. */
export async function framesWaiting(redis: Redis): Promise<Record<Asked['kind'], FramesWaiting>> {
  const [classify, detect] = await Promise.all(readyKeys.map((key) => waitingUnder(redis, key)));
  return { classify: classify!, detect: detect! };
}

/** Sizes are known to Redis: no picture is read. */
async function waitingUnder(redis: Redis, readyKey: string): Promise<FramesWaiting> {
  const names = await redis.zrange(readyKey, '0', '-1');
  const lengths = await Promise.all(names.map((name) => redis.strlen(frameKey(name))));
  const there = lengths.filter((length) => length > 0);
  return { requests: there.length, bytes: there.reduce((a, b) => a + b, 0) };
}

export async function answer(redis: Redis, owner: string, said: Answer): Promise<void> {
  const key = repliesKey(owner);
  await redis.pipeline().rpush(key, JSON.stringify(said)).pexpire(key, replyMs).exec();
}
