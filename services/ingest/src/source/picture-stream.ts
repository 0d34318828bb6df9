/**
 * YUV4MPEG2: a line with the size, then "FRAME\n" and the planes of each picture. Frames are read in
 * place: the reader asks where the next bytes go.
 * Format: mjpegtools, yuv4mpeg(5).
 */
import { Problem } from '@maskwatch/platform/problem';
import { type FrameBuffer, FrameBuffers } from './frame-buffers.ts';
import type { PictureReader } from './picture-pipe.ts';

const MARKER = Buffer.from('FRAME\n');
/** ffmpeg writes about 80 characters. */
const HEADER_LIMIT = 256;

export interface PictureStreamOptions {
  /** A complete picture; the receiver owns the buffer and gives it back. */
  onPicture(buffer: FrameBuffer, buffers: FrameBuffers): void;
  /** What comes is not what was asked for. */
  onFault(problem: Problem): void;
  /** Reading waits while no buffer is free, instead of losing pictures. */
  lossless: boolean;
  buffers?: number;
}

export class PictureStream implements PictureReader {
  readonly #options: PictureStreamOptions;
  readonly #one = new Uint8Array(1);
  #header = '';
  #buffers: FrameBuffers | undefined;
  #buffer: FrameBuffer | undefined;
  #at = 0;
  #faulty = false;
  #waiting = false;
  /** Set while reading waits for a free buffer. */
  onReady: () => void = () => {};

  constructor(options: PictureStreamOptions) {
    this.#options = options;
  }

  target(): Uint8Array {
    if (this.#buffers === undefined || this.#faulty) return this.#one;
    // Node asks for the next target even when reading shall wait: the byte after the wait comes
    // here, and there is a buffer by then.
    if (this.#waiting) return this.#one;
    this.#buffer ??= this.#buffers.take();
    return this.#buffer.bytes.subarray(this.#at);
  }

  filled(count: number): boolean {
    if (this.#faulty) return true;
    if (this.#buffers === undefined) return this.#readHeader();
    if (this.#waiting) this.#endWait(this.#buffers);
    this.#at += count;
    const buffer = this.#buffer!;
    if (this.#at < buffer.bytes.length) return true;
    this.#at = 0;
    this.#buffer = undefined;
    if (MARKER.compare(buffer.bytes, 0, MARKER.length) !== 0) return this.#fault('a torn picture');
    this.#options.onPicture(buffer, this.#buffers);
    return this.#mayRead(this.#buffers);
  }

  #mayRead(buffers: FrameBuffers): boolean {
    if (!this.#options.lossless || buffers.anyFree) return true;
    this.#waiting = true;
    buffers.onceFree(() => this.onReady());
    return false;
  }

  #endWait(buffers: FrameBuffers): void {
    this.#waiting = false;
    this.#buffer = buffers.take();
    this.#buffer.bytes[0] = this.#one[0]!;
  }

  #readHeader(): boolean {
    const character = String.fromCharCode(this.#one[0]!);
    if (character !== '\n') {
      this.#header += character;
      return this.#header.length <= HEADER_LIMIT || this.#fault('no picture header');
    }
    const match = /^YUV4MPEG2 W(\d+) H(\d+) .*C420/.exec(this.#header);
    if (match === null) return this.#fault('an unknown picture header');
    const [width, height] = [Number(match[1]), Number(match[2])];
    const { buffers: count } = this.#options;
    this.#buffers = new FrameBuffers({
      ...{ width, height, prefix: MARKER.length },
      ...(count === undefined ? {} : { count }),
    });
    return true;
  }

  #fault(what: string): boolean {
    this.#faulty = true;
    this.#options.onFault(
      new Problem('decoder-output', `ffmpeg sent ${what}`, {
        action:
          'Run "maskwatch doctor": the ffmpeg that was found may be a wrapper that writes more.',
      }),
    );
    return true;
  }
}
