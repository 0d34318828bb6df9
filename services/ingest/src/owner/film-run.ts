/** A film through the same judge as a camera: every sampled frame in order, as fast as it goes. */
import type { Detection } from '@maskwatch/contracts/detection';
import type { FilmEnd } from '../source/film-source.ts';
import type { Frame } from '../source/frame-source.ts';
import type { FaceJudge, Judgement } from './face-judge.ts';

/** What a film source must offer here: the handlers are given at its making. */
export interface FilmRunSource {
  start(): void;
  stop(): Promise<void>;
  readonly ended: Promise<FilmEnd>;
}

export interface FilmRunOptions {
  judge: FaceJudge;
  openSource(onFrame: (frame: Frame) => void): FilmRunSource;
  /** Called in the order of the frames; the frame is released afterwards. */
  onJudgement(judgement: Judgement, frame: Frame): void | Promise<void>;
}

/**
 * Detectors of several frames run at once (as many as the source has buffers), what follows them
 * runs in order. Rejects with the film's Problem, after the frames before it were judged.
 */
export async function runFilm({
  judge,
  openSource,
  onJudgement,
}: FilmRunOptions): Promise<FilmEnd> {
  let tail: Promise<void> = Promise.resolve();
  let fault: unknown;
  const source = openSource((frame) => {
    const detecting = judge.detect(frame.picture);
    detecting.catch(() => {});
    tail = tail
      .then(() => (fault === undefined ? conclude(frame, detecting) : undefined))
      .catch((thrown: unknown) => {
        fault = thrown;
        void source.stop();
      })
      .finally(() => frame.release());
  });

  async function conclude(frame: Frame, detecting: Promise<Detection[]>) {
    await onJudgement(await judge.conclude(frame, await detecting), frame);
  }

  source.start();
  const end = await source.ended;
  await tail;
  await source.stop();
  if (fault !== undefined) throw fault;
  if (end.problem !== undefined) throw end.problem;
  return end;
}
