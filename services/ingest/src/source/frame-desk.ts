/** Which of a live source's pictures become frames, and how many of the others there were. */
import { BacklogWatch } from './backlog-watch.ts';
import { DamageWatch } from './damage-watch.ts';
import type { FrameBuffer, FrameBuffers } from './frame-buffers.ts';
import type { Frame } from './frame-source.ts';

export interface FrameDeskOptions {
  /** Frames a second that were asked for. */
  rate: number;
  gapMs: number;
  /** Pictures stand alone (MJPEG), or are built on those before them. */
  standAlone: boolean;
  onFrame: (frame: Frame) => void;
}

/** old: of a backlog; damaged: or one of so many damaged ones that none is trusted. */
export type Sort = 'wanted' | 'old' | 'damaged';

export interface Arrival {
  buffer: FrameBuffer;
  buffers: FrameBuffers;
  /** Milliseconds. */
  at: number;
  sort: Sort;
}

export class FrameDesk {
  readonly #onFrame: (frame: Frame) => void;
  readonly #backlog: BacklogWatch;
  readonly #damage: DamageWatch;
  readonly counters = { received: 0, replaced: 0, discarded: 0 };
  #sequence = 0;

  constructor({ rate, gapMs, standAlone, onFrame }: FrameDeskOptions) {
    this.#onFrame = onFrame;
    this.#backlog = new BacklogWatch({ rate, gapMs });
    this.#damage = new DamageWatch({ rate, standAlone });
  }

  /** A new connection. */
  restart(): void {
    this.#backlog.restart();
  }

  /** A line of the decoder's stderr. */
  hear(line: string, at: number): void {
    this.#damage.hear(line, at);
  }

  /** So many pictures are damaged that none is handed out. */
  get suspended(): boolean {
    return this.#damage.suspended;
  }

  /** To be asked once of every picture, when it arrives. */
  sort(at: number): Sort {
    const old = this.#backlog.isOld(at);
    if (this.#damage.isUnusable(at)) return 'damaged';
    return old ? 'old' : 'wanted';
  }

  /** Hands the picture out, or gives its buffer back. */
  take(arrival: Arrival): void {
    const { buffer, buffers, sort } = arrival;
    this.counters.received += 1;
    if (sort !== 'wanted') this.counters.discarded += 1;
    else if (buffer.spill) this.counters.replaced += 1;
    if (sort !== 'wanted' || buffer.spill) buffers.giveBack(buffer);
    else this.#hand(arrival);
  }

  #hand({ buffer, buffers, at }: Arrival): void {
    let held = true;
    const release = () => {
      if (held) buffers.giveBack(buffer);
      held = false;
    };
    const sequence = this.#sequence;
    this.#sequence += 1;
    this.#onFrame({ sequence, capturedAt: at, picture: buffer.picture, release });
  }
}
