/** What the frames Redis says of models and workers: who may judge together, and who is there. */
import { createHash } from 'node:crypto';
import { type ModelStamp, ProcessStamp, protocol, WorkerStatus } from '@maskwatch/contracts/scaled';
import { Problem } from '@maskwatch/platform/problem';
import type { ModelPair } from '@maskwatch/runtime/model-pair';
import type { LoadedModel } from '@maskwatch/runtime/registry';
import type { Redis } from 'ioredis';
import { readyKeys } from './redis-words.ts';

const stampKey = 'maskwatch:stamp';
/** The active hub says it anew each 2 s. */
const stampMs = 10_000;
const workersKey = 'maskwatch:workers';
/** A worker says each second that it is there. */
const silentMs = 5000;

export function stampOf({ detector, classifier }: ModelPair, version: string): ProcessStamp {
  return {
    ...{ protocol, version, detector: modelStamp(detector) },
    ...(classifier === undefined ? {} : { classifier: modelStamp(classifier) }),
  };
}

/** Of an ensemble the hash follows its members: their files, weights and flips. */
function modelStamp({ model, members }: LoadedModel): ModelStamp {
  if (members === undefined) return { name: model.name, sha256: model.sha256 };
  const parts = members.map(({ loaded, weight, flip }) => [loaded.model.sha256, weight, flip]);
  const sha256 = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return { name: model.name, sha256 };
}

/** Of the active hub, each 2 s. */
export async function writeStamp(redis: Redis, stamp: ProcessStamp): Promise<void> {
  await redis.set(stampKey, JSON.stringify(stamp), 'PX', stampMs);
}

/** Undefined while no hub is active, or where it cannot be read. */
export async function readStamp(redis: Redis): Promise<ProcessStamp | undefined> {
  const text = await redis.get(stampKey);
  return text === null ? undefined : parsed(text, ProcessStamp);
}

/** Problem `models-differ` where two processes must not judge together; versions may differ. */
export function refuseOtherModels(mine: ProcessStamp, expected: ProcessStamp): Problem | undefined {
  if (mine.protocol !== expected.protocol) {
    return new Problem(
      'models-differ',
      `This process speaks protocol ${mine.protocol} (version ${mine.version}), the active hub protocol ${expected.protocol} (version ${expected.version}).`,
      { action: 'Run the same version everywhere.', status: 409 },
    );
  }
  const differs = (['detector', 'classifier'] as const).find(
    (task) => mine[task]?.sha256 !== expected[task]?.sha256,
  );
  if (differs === undefined) return undefined;
  return new Problem(
    'models-differ',
    `The ${differs} is ${named(mine[differs])} here, ${named(expected[differs])} at the active hub.`,
    { action: 'Give both the same models folder and the same names of models.', status: 409 },
  );
}

const named = (stamp: ModelStamp | undefined) =>
  stamp === undefined ? 'none' : `${stamp.name} (sha256 ${stamp.sha256})`;

export async function writeWorker(redis: Redis, status: WorkerStatus): Promise<void> {
  await redis.hset(workersKey, status.id, JSON.stringify(status));
}

export async function removeWorker(redis: Redis, id: string): Promise<void> {
  await redis.hdel(workersKey, id);
}

/** Requests of all kinds that wait for a worker; each dies after 2 s. */
export async function readQueued(redis: Redis): Promise<number> {
  const waiting = await Promise.all(readyKeys.map((key) => redis.zcard(key)));
  return waiting.reduce((sum, one) => sum + one, 0);
}

/** Those that were heard within 5 s; what is older than a minute is removed. */
export async function readWorkers(redis: Redis, now: number): Promise<WorkerStatus[]> {
  const all = Object.entries(await redis.hgetall(workersKey));
  const workers = all.map(([id, text]) => ({ id, status: parsed(text, WorkerStatus) }));
  const gone = workers.filter(({ status }) => (status?.at ?? 0) < now - 12 * silentMs);
  if (gone.length > 0) await redis.hdel(workersKey, ...gone.map(({ id }) => id));
  return workers.flatMap(({ status }) =>
    status !== undefined && status.at > now - silentMs ? [status] : [],
  );
}

function parsed<T>(
  text: string,
  schema: { safeParse(value: unknown): { data?: T | undefined } },
): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
