/** Frames in memory that is allocated once a size; who holds one gives it back. */
import { type Picture, yuv420pBytes, yuv420pPicture } from '@maskwatch/vision/picture';

export interface FrameBuffer {
  /** `prefix` bytes for the stream's own header of a frame, then the picture. */
  bytes: Uint8Array;
  picture: Picture;
  /** Nobody will get this one: it takes frames for which no buffer is free. */
  spill: boolean;
}

/** One being read, one waiting, one under way, one for evidence that is being encoded. */
const BUFFERS = 4;

export class FrameBuffers {
  readonly #free: FrameBuffer[] = [];
  readonly #spill: FrameBuffer;
  #onFree: (() => void) | undefined;

  constructor(options: { width: number; height: number; prefix: number; count?: number }) {
    for (let i = 0; i < (options.count ?? BUFFERS); i += 1)
      this.#free.push(allocate(options, false));
    this.#spill = allocate(options, true);
  }

  /** A free buffer, or the one whose content is lost. */
  take(): FrameBuffer {
    return this.#free.pop() ?? this.#spill;
  }

  get anyFree(): boolean {
    return this.#free.length > 0;
  }

  giveBack(buffer: FrameBuffer): void {
    if (buffer.spill) return;
    this.#free.push(buffer);
    const onFree = this.#onFree;
    this.#onFree = undefined;
    onFree?.();
  }

  /** Calls once, when the next buffer is given back. */
  onceFree(callback: () => void): void {
    this.#onFree = callback;
  }
}

function allocate(
  { width, height, prefix }: { width: number; height: number; prefix: number },
  spill: boolean,
): FrameBuffer {
  // Pixels begin at a whole word: then they are reduced four at a time.
  const start = -prefix & 3;
  const length = prefix + yuv420pBytes(width, height);
  const bytes = new Uint8Array(new ArrayBuffer(start + length), start);
  return { bytes, picture: yuv420pPicture(bytes.subarray(prefix), width, height), spill };
}
