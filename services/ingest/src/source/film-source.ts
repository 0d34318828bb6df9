/** A film as a source: every picture arrives, in the film's own time, as fast as they are released. */
import { type Clock, systemClock } from '@maskwatch/platform/clock';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import type { Decoder } from './decoder.ts';
import { type DecoderRun, type StartDecoder, startDecoder } from './decoder-run.ts';
import { failureReason } from './failure-reason.ts';
import { decoderArguments } from './ffmpeg-arguments.ts';
import { type FilmProbe, probeFilm } from './film-probe.ts';
import type { FrameBuffer, FrameBuffers } from './frame-buffers.ts';
import type {
  FrameSource,
  FrameSourceHandlers,
  SourceCounters,
  SourceStatus,
} from './frame-source.ts';

export interface FilmSourceOptions {
  path: string;
  decoder: Decoder;
  maxWidth: number;
  maxHeight: number;
  /** Frames a second of film time; absent: every frame, at the film's own rate. */
  rate?: number;
  /** Capture time of the film's first frame. */
  startAt?: number;
  /** Frames that the receiver may hold at once. */
  buffers?: number;
  clock?: Clock;
  startDecoder?: StartDecoder;
}

/** How a film ended: undefined `problem` when every frame was read. */
export interface FilmEnd {
  frames: number;
  problem?: Problem;
}

/** A film with less than so much of what its container promises, and a second, was cut off. */
const WHOLE_FROM = 0.9;

export class FilmSource implements FrameSource {
  readonly #options: FilmSourceOptions;
  readonly #handlers: FrameSourceHandlers;
  readonly #clock: Clock;
  readonly #counters = { received: 0, replaced: 0, discarded: 0, starts: 0 };
  readonly #ended = Promise.withResolvers<FilmEnd>();
  #status: SourceStatus;
  #run: DecoderRun | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(options: FilmSourceOptions, handlers: FrameSourceHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#clock = options.clock ?? systemClock;
    this.#status = { state: 'offline', cause: 'connecting', since: this.#clock.now() };
  }

  get status(): SourceStatus {
    return this.#status;
  }

  get counters(): Readonly<SourceCounters> {
    return this.#counters;
  }

  /** Settles when the last frame was handed out, the film broke off, or after `stop`. */
  get ended(): Promise<FilmEnd> {
    return this.#ended.promise;
  }

  start(): void {
    this.#running ??= this.#play().catch((thrown) => this.#finish(asProblem(thrown)));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#run?.stop();
    await this.#running;
    this.#finish();
  }

  async #play(): Promise<void> {
    const { path, decoder, rate, maxWidth, maxHeight } = this.#options;
    const probe = await probeFilm(decoder.ffprobe, path);
    if (this.#stopped) return;
    const args = decoderArguments({
      address: { kind: 'file', url: path, shown: path, secrets: [] },
      version: decoder.version,
      ...{ maxWidth, maxHeight },
      ...(rate === undefined ? {} : { rate }),
    });
    this.#counters.starts += 1;
    this.#run = await (this.#options.startDecoder ?? startDecoder)({
      ...{ program: decoder.ffmpeg, args, secrets: [], clock: this.#clock, lossless: true },
      ...(this.#options.buffers === undefined ? {} : { buffers: this.#options.buffers }),
      onPicture: (buffer, buffers) => this.#hand(buffer, buffers, probe),
    });
    if (this.#stopped) void this.#run.stop();
    const end = await this.#run.ended;
    if (this.#stopped) return;
    this.#finish(end.problem ?? this.#brokenOff(end.code, end.lines) ?? this.#cutOff(probe));
  }

  #hand(buffer: FrameBuffer, buffers: FrameBuffers, probe: FilmProbe): void {
    const { rate = probe.framesPerSecond, startAt = 0 } = this.#options;
    if (this.#counters.received === 0) this.#say({ state: 'live', since: this.#clock.now() });
    const sequence = this.#counters.received;
    this.#counters.received += 1;
    let held = true;
    this.#handlers.onFrame({
      sequence,
      capturedAt: startAt + (sequence * 1000) / rate,
      picture: buffer.picture,
      release() {
        if (held) buffers.giveBack(buffer);
        held = false;
      },
    });
  }

  #brokenOff(code: number | null, lines: string[]): Problem | undefined {
    if (code === 0 && this.#counters.received > 0) return undefined;
    const { path } = this.#options;
    const { detail } = failureReason(lines);
    return new Problem('film-unreadable', `${path} cannot be read as a film`, { action: detail });
  }

  /** Of a copy that was interrupted ffmpeg shows the beginning, and ends with code 0. */
  #cutOff({ picturesMs, framesPerSecond }: FilmProbe): Problem | undefined {
    if (picturesMs === undefined) return undefined;
    const { path, rate = framesPerSecond } = this.#options;
    const playedMs = (this.#counters.received * 1000) / rate;
    if (playedMs >= picturesMs * WHOLE_FROM - 1000) return undefined;
    const [played, whole] = [playedMs, picturesMs].map((ms) => (ms / 1000).toFixed(1));
    return new Problem('film-cut', `${path} ends after ${played} of ${whole} s`, {
      action: 'Copy the film again: it is cut off or damaged. What there was has been judged.',
    });
  }

  #finish(problem?: Problem): void {
    if (this.#status.cause === 'ended' || this.#status.cause === 'other') return;
    const detail =
      problem === undefined
        ? 'The film is at its end.'
        : `${problem.message}. ${problem.action ?? ''}`.trim();
    const cause = problem === undefined ? 'ended' : 'other';
    this.#say({ state: 'offline', cause, detail, since: this.#clock.now() });
    this.#ended.resolve({ frames: this.#counters.received, ...(problem ? { problem } : {}) });
  }

  #say(status: SourceStatus): void {
    this.#status = status;
    if (!this.#stopped) this.#handlers.onStatus(status);
  }
}

function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem('film-unreadable', messageOf(thrown), { cause: thrown });
}
