import type { Decoder } from '@maskwatch/ingest/source/decoder';
import { FilmSource } from '@maskwatch/ingest/source/film-source';
import type { Frame } from '@maskwatch/ingest/source/frame-source';
import { Problem } from '@maskwatch/platform/problem';

/** Frames larger than this are reduced when decoded; boxes are brought back to the film's size. */
const longestSide = 1920;

export interface FilmFramesOptions {
  path: string;
  decoder: Decoder;
  /** Frames a second of film time; every frame where absent. */
  rate?: number;
  /** Frames that the reader may hold unreleased. */
  buffers: number;
}

/**
 * The frames of a film in order, each to be released by the reader; the decoder waits meanwhile.
 * Throws the film's Problem at its end where it broke off.
 */
export async function* filmFrames(options: FilmFramesOptions): AsyncGenerator<Frame> {
  const waiting: Frame[] = [];
  let wake: () => void = () => undefined;
  let done = false;
  const source = new FilmSource(
    { ...options, maxWidth: longestSide, maxHeight: longestSide },
    {
      onFrame: (frame) => {
        waiting.push(frame);
        wake();
      },
      onStatus: () => undefined,
    },
  );
  const ended = source.ended.then((end) => {
    done = true;
    wake();
    return end;
  });
  source.start();
  try {
    while (!done || waiting.length > 0) {
      const frame = waiting.shift();
      if (frame !== undefined) yield frame;
      else if (!done)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    const { problem } = await ended;
    if (problem !== undefined) throw filmProblem(problem);
  } finally {
    for (const frame of waiting) frame.release();
    await source.stop();
  }
}

/** The file is named beside the message, so only the cause is left. */
function filmProblem({ code, message, action, cause }: Problem): Problem {
  return new Problem(code, action ?? message, { cause });
}
