/**
 * An ingest as a process of its own that decodes nothing: of the cameras that the active hub leases to
 * it, it says over the real bus what was recorded of a film, and shows pictures of the usual size.
 */
import { randomBytes } from 'node:crypto';
import { RedisIngestBus } from '@maskwatch/bus/redis-ingest-bus';
import type { FrameCounters } from '@maskwatch/contracts/camera';
import type { CameraConfig } from '@maskwatch/contracts/config';
import { stampOf } from '@maskwatch/inference/worker-registry';
import { cameraHash } from '@maskwatch/platform/camera-hash';
import { systemClock } from '@maskwatch/platform/clock';
import { loadConfig } from '@maskwatch/platform/config/load-config';
import { createLogger } from '@maskwatch/platform/logger';
import { loadPair } from '@maskwatch/runtime/model-pair';
import { asOf, framesPerSecond, readFilm } from './recorded-film.ts';

const pictureBytes = 20_000;
const picturesPerSecond = 2;

export interface OwnerFigures {
  owned: number;
  pictures: number;
  observations: number;
  dropped: Readonly<Record<string, number>>;
}

const [redis, configFile, recording] = process.argv.slice(2) as [string, string, string];
const config = loadConfig(configFile);
const film = readFilm(recording);
const stamp = stampOf(await loadPair(config.models), '0.0.0');
const ingestId = 'recorded';
const bus = new RedisIngestBus({
  url: redis,
  ingestId,
  logger: createLogger({ service: 'owner' }),
});
await bus.ready();

const jpeg = randomBytes(pictureBytes);
let epochs = new Map<string, number>();
let watched = new Set<string>();
const figures = { pictures: 0, observations: 0 };
bus.onMessage((message) => {
  if (message.kind === 'watched') watched = new Set(message.cameraIds);
  if (message.kind !== 'leases' || message.ingestId !== ingestId) return;
  epochs = new Map(message.leases.map(({ cameraId, epoch }) => [cameraId, epoch]));
});

/** One camera; each is at another place of the film. */
function play(camera: CameraConfig, index: number): void {
  const since = systemClock.now();
  let frames = Math.round((index * film.length) / config.cameras.length);
  const due = { picture: 0 };
  const counters = (): FrameCounters => ({
    ...{ received: frames, replaced: 0, judged: frames, late: 0, lost: 0, discarded: 0, starts: 1 },
  });
  setInterval(() => {
    const epoch = epochs.get(camera.id);
    if (epoch === undefined) return;
    const at = systemClock.now();
    const tick = { cameraId: camera.id, at, state: 'live' as const, since, counters: counters() };
    bus.send({ kind: 'tick', tick: { ...tick, width: 1280, height: 720 } }, [], epoch);
  }, 1000);
  setInterval(() => {
    const epoch = epochs.get(camera.id);
    if (epoch === undefined) return;
    frames += 1;
    const now = systemClock.now();
    const round = Math.floor(frames / film.length);
    const given = { cameraId: camera.id, sequence: frames, round, now };
    const observation = asOf(film[frames % film.length]!, given);
    bus.send({ kind: 'observation', observation }, [], epoch);
    figures.observations += 1;
    due.picture += picturesPerSecond / framesPerSecond;
    if (due.picture < 1 || !watched.has(camera.id)) return;
    due.picture -= 1;
    bus.send({ kind: 'picture', observation }, [jpeg], epoch);
    figures.pictures += 1;
  }, 1000 / framesPerSecond);
}

// Cameras of the world are not in step.
config.cameras.forEach((camera, index) => {
  setTimeout(() => play(camera, index), (index * 1000) / config.cameras.length);
});

setInterval(() => {
  const cameras = Object.fromEntries(config.cameras.map((one) => [one.id, cameraHash(one)]));
  const owned = [...epochs].map(([cameraId, epoch]) => ({ cameraId, epoch }));
  bus.send({ kind: 'ingest', stamp, owned, cameras, leaving: false });
  process.send?.({ ...figures, owned: epochs.size, dropped: bus.dropped } satisfies OwnerFigures);
}, 1000);
