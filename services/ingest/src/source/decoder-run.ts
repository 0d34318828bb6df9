/** One run of ffmpeg: from start to a real end, with its pictures in between. */
import { type Child, type ChildEnd, startChild } from '@maskwatch/platform/child-process';
import type { Clock } from '@maskwatch/platform/clock';
import { messageOf, type Problem } from '@maskwatch/platform/problem';
import type { FrameBuffer, FrameBuffers } from './frame-buffers.ts';
import { openPicturePipe, type PicturePipe } from './picture-pipe.ts';
import { PictureStream } from './picture-stream.ts';

export interface DecoderRunOptions {
  /** Path of ffmpeg. */
  program: string;
  args: readonly string[];
  secrets: readonly string[];
  clock: Clock;
  lossless: boolean;
  /** Frames that may be held at once. */
  buffers?: number;
  onPicture(buffer: FrameBuffer, buffers: FrameBuffers): void;
  onLine?: (line: string) => void;
  /** Every line of stderr; `onLine` gets at most 20 a second. */
  onEveryLine?: (line: string) => void;
}

export interface DecoderEnd {
  code: number | null;
  /** The last lines of stderr, without credentials. */
  lines: string[];
  /** Our own reason to call it over. */
  problem?: Problem;
}

export interface DecoderRun {
  readonly pid: number | undefined;
  readonly ended: Promise<DecoderEnd>;
  stop(): Promise<DecoderEnd>;
}

/** What runs a decoder; tests of the supervisor put their own in. */
export type StartDecoder = (options: DecoderRunOptions) => Promise<DecoderRun>;

export const startDecoder: StartDecoder = async (options) => {
  let problem: Problem | undefined;
  let child: Child | undefined;
  let stopped = false;
  const stream = new PictureStream({
    lossless: options.lossless,
    ...(options.buffers === undefined ? {} : { buffers: options.buffers }),
    onPicture: (buffer, buffers) => {
      if (stopped) buffers.giveBack(buffer);
      else options.onPicture(buffer, buffers);
    },
    onFault: (fault) => {
      problem = fault;
      void child?.stop();
    },
  });
  const pipe = await openPicturePipe(stream);
  stream.onReady = () => pipe.resume();
  const { program: command, args, secrets, clock, onLine, onEveryLine } = options;
  try {
    child = startChild({
      ...{ command, args, secrets, clock, stdout: pipe.writeEnd, drain: () => pipe.drain() },
      ...(onLine === undefined ? {} : { onLine }),
      ...(onEveryLine === undefined ? {} : { onEveryLine }),
    });
  } finally {
    pipe.started();
  }
  const ended = watchEnd(child, pipe).then((end) => ({
    code: end.code,
    lines: end.error === undefined ? child.lastLines() : [messageOf(end.error)],
    ...(problem === undefined ? {} : { problem }),
  }));
  return {
    pid: child.pid,
    ended,
    stop() {
      stopped = true;
      void child.stop();
      return ended;
    },
  };
};

/** Pictures still in the pipe when the child is gone are read before the end is told. */
async function watchEnd(child: Child, pipe: PicturePipe): Promise<ChildEnd> {
  const end = await child.ended;
  await pipe.closed;
  pipe.close();
  return end;
}
