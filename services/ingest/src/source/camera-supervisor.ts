/**
 * Owns one camera's connection for its life: starts the decoder, runs it until it fails, waits, and
 * starts it again; there is no last try. Deadlines are on decoded pictures, never on bytes.
 */
import { type Clock, systemClock } from '@maskwatch/platform/clock';
import { type Logger, silentLogger } from '@maskwatch/platform/logger';
import { messageOf } from '@maskwatch/platform/problem';
import { type ProbeAddress, probeAddress } from './address-probe.ts';
import { CameraStatus, FROZEN, SILENT } from './camera-status.ts';
import { DEADLINES, type Deadlines, pause, watchPictures } from './deadlines.ts';
import type { Decoder } from './decoder.ts';
import { type DecoderRun, type StartDecoder, startDecoder } from './decoder-run.ts';
import { type FailureReason, failureReason } from './failure-reason.ts';
import { decoderArguments } from './ffmpeg-arguments.ts';
import type { FrameBuffer, FrameBuffers } from './frame-buffers.ts';
import { FrameDesk, type Sort } from './frame-desk.ts';
import type {
  FrameSource,
  FrameSourceHandlers,
  SourceCounters,
  SourceStatus,
} from './frame-source.ts';
import { FrozenWatch } from './frozen-watch.ts';
import { reconnectDelayMs } from './reconnect-policy.ts';
import type { SeamWatch } from './seam-watch.ts';
import type { SourceAddress } from './source-address.ts';
import type { StartLimiter } from './start-limiter.ts';

/** A start that hangs must not keep the other cameras from theirs. */
const LIMITED_MS = 3_000;

export interface SupervisorOptions {
  cameraId: string;
  address: SourceAddress;
  decoder: Decoder;
  rate: number;
  maxWidth: number;
  maxHeight: number;
  /** Shared by all cameras of the process. */
  limiter: StartLimiter;
  clock?: Clock;
  logger?: Logger;
  /** From 0 to 1, for jitter. */
  random?: () => number;
  deadlines?: Partial<Deadlines>;
  buffers?: number;
  /** Of a looped film. */
  seams?: SeamWatch;
  startDecoder?: StartDecoder;
  probeAddress?: ProbeAddress;
}

export class CameraSupervisor implements FrameSource {
  readonly #options: SupervisorOptions;
  readonly #handlers: FrameSourceHandlers;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #stop = new AbortController();
  readonly #status: CameraStatus;
  readonly #frozen = new FrozenWatch();
  readonly #desk: FrameDesk;
  #starts = 0;
  #lastFrameAt: number;
  /** Of a picture that was no backlog: silence counts from here. */
  #lastNewAt: number;
  #pictureInRun = false;
  #failures = 0;
  #run: DecoderRun | undefined;
  /** Why we ended the run ourselves. */
  #verdict: FailureReason | undefined;
  #life: Promise<void> | undefined;
  #cancelSilence: () => void = () => {};

  constructor(options: SupervisorOptions, handlers: FrameSourceHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#clock = options.clock ?? systemClock;
    this.#deadlines = { ...DEADLINES, ...options.deadlines };
    this.#lastFrameAt = this.#clock.now();
    this.#lastNewAt = this.#lastFrameAt;
    const { cameraId, address, logger = silentLogger, rate } = options;
    this.#status = new CameraStatus({
      clock: this.#clock,
      logger: logger.child({ cameraId }),
      onStatus: (status) => {
        if (!this.#stop.signal.aborted) this.#handlers.onStatus(status);
      },
    });
    this.#desk = new FrameDesk({
      ...{ rate, gapMs: this.#deadlines.gapMs },
      standAlone: address.kind === 'mjpeg' || address.kind === 'webcam',
      onFrame: (frame) => this.#handlers.onFrame(frame),
    });
  }

  get status(): SourceStatus {
    return this.#status.current;
  }

  get counters(): Readonly<SourceCounters> {
    return { ...this.#desk.counters, starts: this.#starts };
  }

  /** The decoder's process id while it runs. */
  get pid(): number | undefined {
    return this.#run?.pid;
  }

  start(): void {
    if (this.#life !== undefined) return;
    this.#lastFrameAt = this.#clock.now();
    this.#lastNewAt = this.#lastFrameAt;
    this.#watchSilence(this.#deadlines.nextMs);
    this.#life = this.#live();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#cancelSilence();
    await this.#run?.stop();
    await this.#life;
  }

  async #live(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const done = await this.#options.limiter.take(signal);
      const cancel = this.#clock.setTimer(done, LIMITED_MS);
      const reason = signal.aborted ? undefined : await this.#connect(done);
      cancel();
      done();
      if (reason === undefined || signal.aborted) return;
      await pause(this.#clock, this.#fail(reason), signal);
    }
  }

  /** One connection, until it fails: for a live source every end is a failure, whatever its code. */
  async #connect(connected: () => void): Promise<FailureReason> {
    const { address, decoder, cameraId, logger = silentLogger, buffers } = this.#options;
    this.#starts += 1;
    this.#verdict = undefined;
    this.#pictureInRun = false;
    this.#desk.restart();
    this.#options.seams?.restart();
    try {
      this.#run = await (this.#options.startDecoder ?? startDecoder)({
        ...{ program: decoder.ffmpeg, args: this.#arguments(), secrets: address.secrets },
        ...{ clock: this.#clock, lossless: false },
        ...(buffers === undefined ? {} : { buffers }),
        onPicture: (buffer, from) => {
          connected();
          this.#receive(buffer, from);
        },
        onLine: (line) => logger.debug({ cameraId, line }, 'decoder says'),
        onEveryLine: (line) => this.#desk.hear(line, this.#clock.now()),
      });
      if (this.#stop.signal.aborted) void this.#run.stop();
      const stopWatching = watchPictures({
        clock: this.#clock,
        deadlines: this.#deadlines,
        lastPictureAt: () => (this.#pictureInRun ? this.#lastFrameAt : undefined),
        onOverdue: () => this.#end(SILENT),
      });
      const end = await this.#run.ended;
      stopWatching();
      if (end.problem !== undefined) return { cause: 'other', detail: end.problem.message };
      return this.#why(end.lines);
    } catch (thrown) {
      return { cause: 'other', detail: `The decoder did not start: ${messageOf(thrown)}.` };
    } finally {
      this.#run = undefined;
    }
  }

  /** What ffmpeg said is more exact than our own word that no picture came. */
  #why(lines: readonly string[]): FailureReason {
    const said = failureReason(lines);
    if (this.#verdict === undefined) return said;
    return this.#verdict === SILENT && said.cause !== 'ended' ? said : this.#verdict;
  }

  #arguments(): string[] {
    const { address, decoder, rate, maxWidth, maxHeight } = this.#options;
    return decoderArguments({
      ...{ address, rate, maxWidth, maxHeight },
      ...{ version: decoder.version, timeoutMs: this.#deadlines.networkMs },
    });
  }

  #receive(buffer: FrameBuffer, buffers: FrameBuffers): void {
    const at = this.#clock.now();
    this.#lastFrameAt = at;
    this.#pictureInRun = true;
    this.#failures = 0;
    const sort = this.#desk.sort(at);
    // ffmpeg gives out a last, old picture when it gives up: that ends no silence.
    if (sort !== 'old') this.#lastNewAt = at;
    if (this.#options.seams?.isAnew()) this.#handlers.onSeam?.();
    this.#judgePicture(buffer, { at, sort });
    this.#desk.take({ buffer, buffers, at, sort });
  }

  /** Live, damaged or frozen; a camera that has just frozen is connected to once more. */
  #judgePicture({ picture }: FrameBuffer, { at, sort }: { at: number; sort: Sort }): void {
    const frozen = this.#frozen.look(picture, at) >= this.#deadlines.differentMs;
    if (!frozen) {
      if (this.#desk.suspended) this.#status.damaged();
      else if (sort !== 'damaged') this.#status.live();
    } else if (this.#status.current.state !== 'frozen') {
      this.#status.frozen();
      this.#end(FROZEN);
    }
  }

  #end(verdict: FailureReason): void {
    this.#verdict = verdict;
    void this.#run?.stop();
  }

  /** Answers how long to wait before the next try. */
  #fail(reason: FailureReason): number {
    this.#failures += 1;
    this.#status.failed(reason);
    const failures = {
      cause: reason.cause,
      count: this.#failures,
      sinceMs: this.#clock.now() - this.#lastFrameAt,
    };
    return reconnectDelayMs(failures, (this.#options.random ?? Math.random)());
  }

  /** Looks again whenever the deadline has passed without a picture, over all runs. */
  #watchSilence(waitMs: number): void {
    this.#cancelSilence = this.#clock.setTimer(() => {
      const { nextMs } = this.#deadlines;
      const quietMs = this.#clock.now() - this.#lastNewAt;
      this.#watchSilence(quietMs < nextMs ? nextMs - quietMs : nextMs);
      if (quietMs >= nextMs) void this.#judgeSilence();
    }, waitMs);
  }

  async #judgeSilence(): Promise<void> {
    const { address, probeAddress: probe = probeAddress } = this.#options;
    const lastNewAt = this.#lastNewAt;
    const unreachable = await probe(address, this.#clock);
    if (this.#lastNewAt === lastNewAt && !this.#stop.signal.aborted) {
      this.#status.silent(unreachable);
    }
  }
}
