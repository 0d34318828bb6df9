/**
 * What a picture costs on its way through Redis as raw planes and as JPEG, and what JPEG costs in
 * faces: CPU of encoding, decoding and Redis, bytes, and the detector's AP on labelled pictures.
 */
import { join } from 'node:path';
import { startInferenceWorkers } from '@maskwatch/inference/in-process-queue';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import { silentLogger } from '@maskwatch/platform/logger';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { readPicture } from '@maskwatch/training/dataset/decode-picture';
import { readDataSet } from '@maskwatch/training/dataset/read-data-set';
import { detectorFigures } from '@maskwatch/training/evaluation/detector-figures';
import type { PicturePrediction } from '@maskwatch/training/evaluation/prediction';
import { Redis } from 'ioredis';
import { faceFinder } from 'maskwatch/evaluate/find-faces';
import { decode } from '../../test/scenes/ffmpeg.ts';
import type { BenchFilms } from '../films.ts';
import { loadShipped, shippedModels } from '../measure/bare-sessions.ts';
import { median, sum } from '../measure/numbers.ts';
import { note, round } from '../report.ts';
import { type DetectorInput, detectorInputs } from '../scaled/film-pictures.ts';
import { colourJpeg, greyJpeg, type Payload, raw } from '../scaled/payloads.ts';

const payloads = [raw, greyJpeg(80), greyJpeg(90), colourJpeg(80), colourJpeg(90)];
/** Longest side that the detector sees: what is shipped, and a whole analysis picture. */
const sizes = [640, 1280];
const rounds = 5;
const pictures = 20;
const rate = 5;

export async function payload({ four }: BenchFilms): Promise<void> {
  for (const size of sizes) {
    const inputs = await detectorInputs(four.film, { size, count: pictures });
    const { width, height } = inputs[0]!;
    note(`${width}x${height}, ${inputs.length} pictures of a film, medians of ${rounds} rounds`);
    await costs(inputs);
  }
  await precision();
}

async function costs(inputs: readonly DetectorInput[]): Promise<void> {
  const server = await startRedis('frames');
  const redis = new Redis(server.url);
  const measured = new Map(payloads.map(({ name }) => [name, [] as Cost[]]));
  try {
    for (let n = 0; n <= rounds; n += 1) {
      for (const one of payloads) {
        const cost = await costOf(one, { inputs, redis });
        // The first round warms up.
        if (n > 0) measured.get(one.name)!.push(cost);
      }
    }
  } finally {
    redis.disconnect();
    await server.close();
  }
  for (const [name, all] of measured) {
    const of = (read: (cost: Cost) => number) => median(all.map(read));
    const bytes = of((cost) => cost.bytes);
    const parts = (['encodeMs', 'socketMs', 'redisMs', 'decodeMs'] as const).map((part) =>
      of((cost) => cost[part]),
    );
    const [encode, socket, redis, decode] = parts.map(round);
    note(
      `  ${name}: CPU ${round(sum(parts))} ms (encode ${encode}, to Redis and back ${socket}, ` +
        `Redis ${redis}, decode ${decode}); ${round(bytes / 1000)} KB, each way ` +
        `${round((8 * rate * bytes) / 1e6)} Mbit/s at ${rate} a second`,
    );
  }
}

interface Cost {
  encodeMs: number;
  decodeMs: number;
  bytes: number;
  /** Of both clients. */
  socketMs: number;
  redisMs: number;
}

/** Of one picture, on average. */
async function costOf(
  { encode, decode }: Payload,
  { inputs, redis }: { inputs: readonly DetectorInput[]; redis: Redis },
): Promise<Cost> {
  const encoded: Buffer[] = [];
  const encodeMs = await cpuMs(async () => {
    for (const input of inputs) encoded.push(await encode(input));
  });
  const decodeMs = await cpuMs(async () => {
    for (const [n, bytes] of encoded.entries()) await decode(bytes, inputs[n]!);
  });
  const before = await redisCpuMs(redis);
  const socketMs = await cpuMs(async () => {
    for (const bytes of encoded) {
      await redis.set('picture', bytes, 'PX', 2000);
      await redis.getdelBuffer('picture');
    }
  });
  const redisMs = (await redisCpuMs(redis)) - before;
  const bytes = encoded.reduce((sum, { length }) => sum + length, 0);
  const each = (value: number) => value / inputs.length;
  return {
    ...{ encodeMs: each(encodeMs), decodeMs: each(decodeMs) },
    ...{ bytes: each(bytes), socketMs: each(socketMs), redisMs: each(redisMs) },
  };
}

/** Of this process, the encoder's pool threads among it. */
async function cpuMs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function redisCpuMs(redis: Redis): Promise<number> {
  const text = await redis.info('cpu');
  const seconds = [...text.matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm)];
  return seconds.reduce((sum, [, value]) => sum + 1000 * Number(value), 0);
}

/** AP of the shipped detector on pictures that it was not trained on, by payload. */
async function precision(): Promise<void> {
  const beside = join(import.meta.dirname, '..', '..', '..', 'shared', 'data');
  const folder = process.env.MASKWATCH_DATA ?? beside;
  const set = await readDataSet(join(folder, 'faces-val')).catch(() => undefined);
  if (set === undefined) return note(`no labelled pictures in ${folder}: no AP`);
  const { model } = (await loadShipped()).detector;
  const queue = await startInferenceWorkers({ ...shippedModels, logger: silentLogger });
  const found = new Map(payloads.map(({ name }) => [name, [] as PicturePrediction[]]));
  const bytesOf = new Map(payloads.map(({ name }) => [name, 0]));
  try {
    for (const { file, source, faces = [], bytes } of set.pictures) {
      const jpeg = await bytes();
      const whole = await readPicture(jpeg);
      const [width, height] = [even(whole.width), even(whole.height)];
      const filters = `crop=${width}:${height}:0:0`;
      // As a camera's pictures come.
      const { picture } = await decode(jpeg, { filters, width, height });
      for (const one of payloads) {
        const count = (bytes: number) => bytesOf.set(one.name, bytesOf.get(one.name)! + bytes);
        const find = faceFinder(travelling(queue, one, count), model);
        const detections = await find(picture, { minConfidence: 0.01 });
        found.get(one.name)!.push({ file, source, width, height, faces, detections });
      }
    }
  } finally {
    await queue.close();
  }
  const threshold = model.thresholds.confidence;
  for (const [name, predictions] of found) {
    const { faceAp, rows } = detectorFigures(predictions, { threshold, states: [], seed: 1 });
    const [main] = rows;
    const all = predictions.flatMap(({ detections }) => detections);
    const believed = all.filter(({ confidence }) => confidence >= threshold).length;
    const [low, high] = main!.interval ?? [Number.NaN, Number.NaN];
    note(
      `${name}: AP ${faceAp!.toFixed(4)} (${low.toFixed(3)} to ${high.toFixed(3)}), recall ` +
        `${main!.recall!.toFixed(3)}, ${believed} faces found, of ${main!.faces} from 16 px on ` +
        `in ${predictions.length} pictures; ${round(bytesOf.get(name)! / predictions.length / 1000)} KB a picture`,
    );
  }
}

const even = (side: number) => side - (side % 2);

/** The queue as if its pictures had come that way. */
function travelling(
  queue: InferenceQueue,
  { encode, decode }: Payload,
  onBytes: (bytes: number) => void,
): InferenceQueue {
  return {
    async detect(request) {
      const bytes = await encode(request);
      onBytes(bytes.length);
      return queue.detect({ ...request, ...(await decode(bytes, request)) });
    },
    classify: (request) => queue.classify(request),
    status: () => queue.status(),
    close: () => queue.close(),
  };
}
