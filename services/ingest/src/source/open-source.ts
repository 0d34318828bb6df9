/** The door of this room: from a configured camera to its source. */
import type { CameraConfig } from '@maskwatch/contracts/config';
import { type Clock, systemClock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf } from '@maskwatch/platform/problem';
import { CameraSupervisor } from './camera-supervisor.ts';
import type { Deadlines } from './deadlines.ts';
import type { Decoder } from './decoder.ts';
import { probeFilm } from './film-probe.ts';
import { FilmSource } from './film-source.ts';
import type { FrameSource, FrameSourceHandlers } from './frame-source.ts';
import { SeamWatch } from './seam-watch.ts';
import { sourceAddress } from './source-address.ts';
import type { StartLimiter } from './start-limiter.ts';

export interface OpenSourceOptions {
  camera: CameraConfig;
  decoder: Decoder;
  /** Path of the film behind the source "demo". */
  demoFilm: string;
  /** One for all cameras of the process. */
  limiter: StartLimiter;
  clock?: Clock;
  logger?: Logger;
  deadlines?: Partial<Deadlines>;
}

/** Not yet started. Throws Problem `source-unknown` or `source-address`. */
export function openSource(options: OpenSourceOptions, handlers: FrameSourceHandlers): FrameSource {
  const { camera, decoder, demoFilm, limiter, clock = systemClock, logger, deadlines } = options;
  const { rate, maxWidth, maxHeight } = camera;
  const address = sourceAddress(camera, { demoFilm });
  if (address.kind === 'file') {
    const startAt = clock.now();
    return new FilmSource(
      { path: address.url, decoder, rate, maxWidth, maxHeight, startAt, clock },
      handlers,
    );
  }
  const seams = address.kind === 'demo' ? seamsOf(options) : undefined;
  return new CameraSupervisor(
    {
      ...{ cameraId: camera.id, address, decoder, rate, maxWidth, maxHeight, limiter, clock },
      ...(logger === undefined ? {} : { logger }),
      ...(deadlines === undefined ? {} : { deadlines }),
      ...(seams === undefined ? {} : { seams }),
    },
    handlers,
  );
}

function seamsOf({ camera, decoder, demoFilm, logger }: OpenSourceOptions): SeamWatch {
  const seams = new SeamWatch(camera.rate);
  probeFilm(decoder.ffprobe, demoFilm).then(
    (probe) => seams.know(probe),
    // The decoder will say why the film cannot be read; here it costs the seam alone.
    (fault) => logger?.warn({ fault: messageOf(fault) }, 'the length of a film is not known'),
  );
  return seams;
}
